/** Makes the instances' program: one CommonJS file, since Node 20 reads no TypeScript. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const PROGRAM = 'test/standins/cloud/run/instance/bootstrap.ts';

/** This file may run from its own folder or from a bundle elsewhere in the project. */
function projectFolder(from: string): string {
  if (existsSync(join(from, PROGRAM))) return from;
  if (dirname(from) === from) throw new Error(`the instances' program is missing: ${PROGRAM}`);
  return projectFolder(dirname(from));
}

export async function bundleBootstrap(outfile: string): Promise<string> {
  const entry = join(projectFolder(import.meta.dirname), PROGRAM);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
  });
  return outfile;
}
