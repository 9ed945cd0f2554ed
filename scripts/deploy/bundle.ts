/** One file a function: esbuild's bundle, checked against a budget, zipped. The one place where functions are built. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { UserError } from '../../lib/core/errors.ts';
import { hashOf, zipOf } from './zip.ts';

/**
 * CommonJS, as the SDKs require at run time; the SDKs' ESM entries, as they shake to a quarter;
 * without `proxy-agent`, which ali-oss requires only where a proxy is configured; with identifiers, so that stack traces can be read.
 */
const FUNCTION_BUILD = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  external: ['proxy-agent'],
  minifyWhitespace: true,
  minifySyntax: true,
} as const satisfies BuildOptions;

export interface Package {
  readonly key: string;
  /** The bundle, as it is unpacked. */
  readonly code: string;
  readonly zip: Uint8Array;
  readonly hash: string;
}

export const BUNDLE_FILE = 'index.js';
export const HANDLER = 'index.main_handler';

const LARGEST = 5;

interface Source {
  readonly key: string;
  /** `functions/copy.main_handler`. */
  readonly handler: string;
}

export async function packageFunction(source: Source, root: string, bytesMax: number): Promise<Package> {
  const entry = join(root, `${source.handler.replace(/\.main_handler$/, '')}.ts`);
  if (!existsSync(entry))
    throw new UserError(`functions.${source.key}.handler: there is no ${relative(root, entry)}`);
  const { code, metafile } = await bundle(entry, root, source.key);
  const problem = budgetProblem(source.key, metafile, bytesMax);
  if (problem !== undefined) throw new UserError(problem.message, problem.largest);
  const zip = zipOf({ [BUNDLE_FILE]: code });
  return { key: source.key, code, zip, hash: hashOf(zip) };
}

async function bundle(entry: string, root: string, key: string) {
  try {
    const { outputFiles, metafile } = await build({
      ...FUNCTION_BUILD,
      logLevel: 'silent',
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: BUNDLE_FILE,
      write: false,
      metafile: true,
      plugins: [noNativeCode],
    });
    return { code: outputFiles[0]?.text ?? '', metafile };
  } catch (error) {
    const { errors = [] } = error as {
      errors?: { text: string; location?: { file: string; line: number } }[];
    };
    if (errors.length === 0) throw error;
    const places = errors.map(({ text, location }) =>
      location === undefined ? text : `${location.file}:${location.line}: ${text}`,
    );
    throw new UserError(`The function ${key} cannot be bundled:`, places);
  }
}

/** SCF's machines have an older glibc than those that build such files. */
const noNativeCode: Plugin = {
  name: 'no-native-code',
  setup(building) {
    building.onResolve({ filter: /\.node$/ }, ({ path, importer }) => ({
      errors: [{ text: `${path} is native code, which cannot go into a function (required by ${importer})` }],
    }));
  },
};

/** Every byte is loaded at each cold start: what makes a bundle large is named. */
function budgetProblem(key: string, { outputs }: Metafile, bytesMax: number) {
  const output = Object.values(outputs)[0];
  if (output === undefined || output.bytes <= bytesMax) return undefined;
  const sizes = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(output.inputs))
    sizes.set(moduleOf(path), (sizes.get(moduleOf(path)) ?? 0) + bytesInOutput);
  const largest = [...sizes].sort(([, a], [, b]) => b - a).slice(0, LARGEST);
  return {
    message: `The bundle of ${key} has ${output.bytes} bytes, ${bytesMax} are allowed (provider.code.bundleMbMax). The largest parts:`,
    largest: largest.map(([name, bytes]) => `${name}: ${bytes}`),
  };
}

function moduleOf(path: string): string {
  const inside = path.split('node_modules/').at(-1) ?? path;
  if (inside === path) return path;
  const [scope = '', name = ''] = inside.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}
