/** Bundles what runs into dist/: scripts and stand-ins as ESM, cloud functions as CJS. */
import { existsSync } from 'node:fs';
import { chmod, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

process.chdir(join(import.meta.dirname, '..'));

const SHEBANG = '#!/usr/bin/env node';
const CLI = 'scripts/oss2cos.ts';

/** Entry points that do not follow `scripts/<name>.ts` → `dist/<name>.js`. */
const APART = {
  'bench-ours': 'scripts/bench/ours.ts',
  'bench-sdks': 'scripts/bench/sdks.ts',
  'bench-source': 'scripts/bench/source.ts',
  'bench-sink': 'scripts/bench/sink.ts',
  standins: 'test/standins/main.ts',
};

const common = { bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' };
/** Left beside the bundle: native code, CommonJS that requires at run time, and what only development uses. */
const BESIDE = ['libsql', 'ali-oss', 'cos-nodejs-sdk-v5', 'cli-progress', 'commander', 'prettier'];

/** Packages are bundled: what nobody uses of them is left out, and a start costs a third less time and memory. */
const esm = { ...common, format: 'esm', external: BESIDE, sourcemap: true, outdir: 'dist' };

async function entriesIn(folder) {
  const names = existsSync(folder) ? await readdir(folder) : [];
  const sources = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'));
  return Object.fromEntries(sources.map((name) => [name.slice(0, -'.ts'.length), `${folder}/${name}`]));
}

async function buildScripts() {
  const all = Object.entries({ ...(await entriesIn('scripts')), ...APART });
  const entryPoints = Object.fromEntries(all.filter(([, path]) => existsSync(path) && path !== CLI));
  await build({ ...esm, entryPoints });
}

/** npm links a `bin` as it lies there: it needs its shebang, and its executable bit even before npm sets it. */
async function buildCli() {
  if (!existsSync(CLI)) return;
  const hasShebang = (await readFile(CLI, 'utf8')).startsWith('#!');
  await build({ ...esm, entryPoints: [CLI], banner: hasShebang ? {} : { js: SHEBANG } });
  await chmod('dist/oss2cos.js', 0o755);
}

/** SCF unpacks one file a function. Identifiers stay, so that a stack trace in the cloud's log can be read. */
async function buildFunctions() {
  await build({
    ...common,
    format: 'cjs',
    entryPoints: await entriesIn('functions'),
    outdir: 'dist/functions',
    outExtension: { '.js': '.cjs' },
    mainFields: ['module', 'main'], // the SDKs' ESM entries shake to a quarter of their CommonJS size
    external: ['proxy-agent'], // ali-oss requires it only where a proxy is configured
    minifyWhitespace: true,
    minifySyntax: true,
  });
}

await Promise.all([buildScripts(), buildCli(), buildFunctions()]);
