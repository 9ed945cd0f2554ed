/** Bundles what runs on this machine into dist/. Cloud functions are built by scripts/deploy/bundle.ts, when they are deployed. */
import { existsSync } from 'node:fs';
import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

process.chdir(join(import.meta.dirname, '..'));

/** Entry points that do not follow `scripts/<name>.ts` → `dist/<name>.js`. */
const APART = {
  'bench-ours': 'scripts/bench/ours.ts',
  'bench-sdks': 'scripts/bench/sdks.ts',
  'bench-source': 'scripts/bench/source.ts',
  'bench-sink': 'scripts/bench/sink.ts',
  'bench-memory-job': 'scripts/bench/memory/job.ts',
  'bench-memory-state': 'scripts/bench/memory/state-server.ts',
  'bench-listing-planner': 'scripts/bench/listing/planner.ts',
  'bench-listing-source': 'scripts/bench/listing/source.ts',
  'bench-listing-virtual': 'scripts/bench/listing/virtual.ts',
  simulate: 'test/simulation/main.ts',
  standins: 'test/standins/main.ts',
};

/** Left beside the bundle: native code, CommonJS that requires at run time, and what only development uses. */
const BESIDE = [
  'libsql',
  'ali-oss',
  'cos-nodejs-sdk-v5',
  'cli-progress',
  'commander',
  'prettier',
  'kafkajs',
  'esbuild',
  'mysql2',
  'tencentcloud-sdk-nodejs',
];

/** Packages are bundled: what nobody uses of them is left out, and a start costs a third less time and memory. */
const options = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  format: 'esm',
  external: BESIDE,
  sourcemap: true,
  splitting: true,
  outdir: 'dist',
};

async function entriesIn(folder) {
  const names = existsSync(folder) ? await readdir(folder) : [];
  const sources = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'));
  return Object.fromEntries(sources.map((name) => [name.slice(0, -'.ts'.length), `${folder}/${name}`]));
}

/** Chunks of an earlier build would pile up. */
async function removeChunks() {
  const old = existsSync('dist') ? await readdir('dist') : [];
  const chunks = old.filter((name) => /-[0-9A-Z]{8}\.js(\.map)?$/.test(name));
  await Promise.all(chunks.map((name) => rm(join('dist', name))));
}

async function buildScripts() {
  await removeChunks();
  const all = Object.entries({ ...(await entriesIn('scripts')), ...APART });
  const entryPoints = Object.fromEntries(all.filter(([, path]) => existsSync(path)));
  await build({ ...options, entryPoints });
  await chmod('dist/oss2cos.js', 0o755); // npm links a `bin` as it lies there
}

await buildScripts();
