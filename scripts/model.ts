/** `npm run model -- --objects 1e9 --bytes 1e15 --partitions 256`: what a task of that size takes and costs. */
import { parseArgs } from 'node:util';
import { DEFAULT_SCALE, predict, type Scale } from './model/model.ts';
import { renderPrediction } from './model/table.ts';

const NAMES: Readonly<Record<string, keyof Scale>> = {
  objects: 'objects',
  bytes: 'bytes',
  partitions: 'partitions',
  listings: 'listings',
  'latency-ms': 'latencyMs',
  'bytes-per-second': 'bytesPerSecond',
  'list-ms': 'listMs',
  'memory-mb': 'memoryMb',
  'cpu-share': 'cpuShare',
};

/** Throws a sentence that names every mistake. */
function scaleOf(args: string[]): Scale {
  const options = Object.fromEntries(Object.keys(NAMES).map((name) => [name, { type: 'string' as const }]));
  const values = parseArgs({ args, options }).values as Readonly<Record<string, string | undefined>>;
  const given = Object.entries(values).map(([name, text]) => [name, Number(text)] as const);
  const wrong = given
    .filter(([, value]) => !(value > 0 && Number.isFinite(value)))
    .map(([name]) => `--${name}`);
  if (wrong.length > 0) throw new Error(`a number above 0 is wanted for ${wrong.join(', ')}`);
  const changes: Partial<Record<keyof Scale, number>> = {};
  for (const [name, value] of given) {
    const property = NAMES[name];
    if (property !== undefined) changes[property] = value;
  }
  return { ...DEFAULT_SCALE, ...changes };
}

try {
  const scale = scaleOf(process.argv.slice(2));
  process.stdout.write(renderPrediction(scale, predict(scale)));
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? error.message : String(error)}\nwith: ${Object.keys(NAMES)
      .map((name) => `--${name} N`)
      .join(' ')}\n`,
  );
  process.exitCode = 1;
}
