/** Writes the zips, so that the framework has nothing left to pack and people can look inside. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Package } from './bundle.ts';
import type { Context } from './context.ts';
import type { Framework } from './framework.ts';

export async function writePackages(
  { root, options, say }: Context,
  { service }: Pick<Framework, 'service'>,
  packages: readonly Package[],
  isTold: boolean,
): Promise<void> {
  const folder = resolve(root, typeof options.package === 'string' ? options.package : '.serverless');
  await mkdir(folder, { recursive: true });
  for (const { key, zip, code, hash } of packages) {
    const artifact = join(folder, `${key}.zip`);
    await writeFile(artifact, zip);
    const fn = service.functions[key];
    if (fn !== undefined) fn.package = { artifact };
    if (isTold) say.line(`${artifact}: ${kb(zip.length)} zipped, ${kb(code.length)} unpacked, ${hash}`);
  }
}

function kb(bytes: number): string {
  return `${Math.ceil(bytes / 1_000)} kB`;
}
