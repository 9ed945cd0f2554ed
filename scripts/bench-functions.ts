/** `npm run bench:functions`: how large the deployed functions are, and how long their code takes to load in a new process. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageFunction } from './deploy/bundle.ts';
import { FUNCTION_KEYS } from './deploy/names.ts';

const STARTS = 10;
const BYTES_MAX = 10_000_000;
const LOAD = `const started = performance.now(); require(process.argv[1]); console.log(performance.now() - started);`;

const folder = await mkdtemp(join(tmpdir(), 'oss2cos-cold-'));
for (const key of FUNCTION_KEYS) {
  const source = { key, handler: `functions/${key}.main_handler` };
  const { code, zip } = await packageFunction(source, process.cwd(), BYTES_MAX);
  const file = join(folder, `${key}.js`);
  await writeFile(file, code);
  const times: number[] = [];
  for (let n = 0; n < STARTS; n++) {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', LOAD, file]);
    times.push(Number(stdout));
  }
  const median = times.toSorted((a, b) => a - b)[STARTS / 2] ?? NaN;
  const kb = (bytes: number) => `${String(Math.round(bytes / 1000))} kB`;
  process.stdout.write(
    `${key.padEnd(9)} bundle ${kb(Buffer.byteLength(code))}, zip ${kb(zip.length)}, loads in ${median.toFixed(0)} ms (median of ${String(STARTS)})\n`,
  );
}
await rm(folder, { recursive: true });
