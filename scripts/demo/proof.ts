/** Compares what must be with what is: reports, failed manifests, and every object read back from the target. */
import { isDeepStrictEqual } from 'node:util';
import type { Report } from '../../lib/core/report.ts';
import { type Migration, TARGET } from '../../test/support/migration.ts';
import type { CosReader, TargetObject } from './cos-reader.ts';
import type { Ending, Item } from './objects.ts';
import { shownKey } from './story.ts';

const STATE_PREFIX = '.oss2cos/';
const READS_AT_ONCE = 16;
const SHOWN_MAX = 10;

/** What was to be and what is differ: the demo has failed. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';

  constructor(differences: readonly string[]) {
    const more = differences.length - SHOWN_MAX;
    const lines = [...differences.slice(0, SHOWN_MAX), ...(more > 0 ? [`… and ${String(more)} more`] : [])];
    super(
      `the demo found ${String(differences.length)} differences:\n${lines.map((l) => `  - ${l}`).join('\n')}`,
    );
  }
}

function demand(differences: readonly string[]): void {
  if (differences.length > 0) throw new Mismatch(differences);
}

export type Endings = ReadonlyMap<string, Ending>;

export function endingsOf(items: readonly Item[], of: (item: Item) => Ending | undefined): Endings {
  return new Map(items.flatMap((item) => [[item.seed.key, of(item)] as const]).filter(isKnown));
}

function isKnown(pair: readonly [string, Ending | undefined]): pair is readonly [string, Ending] {
  return pair[1] !== undefined;
}

/** The report's numbers and the failed manifest say of every object how it was to end. Throws `Mismatch`. */
export async function proveReport(report: Report, endings: Endings, reader: CosReader): Promise<void> {
  const all = [...endings.values()];
  const count = (ending: Ending) => all.filter((one) => one === ending).length;
  const copied = count('copied');
  const skipped = count('skipped');
  const failed = all.length - copied - skipped;
  const wanted = { total: all.length, copied, skipped, failed, pending: 0 };
  demand(differing('the report’s objects', wanted, report.objects));
  demand(differing('the listing is complete', true, report.listing.complete));
  const byClass = Object.fromEntries(report.failures.map(({ code, objects }) => [code, objects]));
  const classes = [...new Set(all)].filter((ending) => ending !== 'copied' && ending !== 'skipped');
  demand(differing('the report’s failures', Object.fromEntries(classes.map((c) => [c, count(c)])), byClass));
  demand(await manifestDifferences(report.taskId, endings, reader));
}

async function manifestDifferences(taskId: string, endings: Endings, reader: CosReader): Promise<string[]> {
  const text = (await reader.bytes(`${STATE_PREFIX}${taskId}/failed.jsonl`))?.toString() ?? '';
  const lines = text.split('\n').filter((line) => line !== '');
  const named = lines.map((line) => JSON.parse(line) as { key: string; error: { code: string } });
  const found = new Map(named.map(({ key, error }) => [key, error.code]));
  const wanted = [...endings].filter(([, ending]) => ending !== 'copied' && ending !== 'skipped');
  return [
    ...(found.size === named.length ? [] : ['failed.jsonl names a key twice']),
    ...wanted.flatMap(([key, ending]) =>
      differing(`failed.jsonl on ${shownKey(key)}`, ending, found.get(key)),
    ),
    ...[...found.keys()]
      .filter((key) => !endings.has(key))
      .map((key) => `failed.jsonl names ${shownKey(key)}`),
    ...(found.size === wanted.length
      ? []
      : [`failed.jsonl names ${String(found.size)} keys, not ${String(wanted.length)}`]),
  ];
}

/** The target holds these objects and no others, each with these bytes and all it carries. Throws `Mismatch`. */
export async function proveTarget(
  expected: readonly TargetObject[],
  reader: CosReader,
  signal: AbortSignal,
): Promise<void> {
  const found = new Set((await reader.keys()).filter((key) => !key.startsWith(STATE_PREFIX)));
  const wanted = new Set(expected.map(({ key }) => key));
  demand([
    ...[...wanted].filter((key) => !found.has(key)).map((key) => `the target lacks ${shownKey(key)}`),
    ...[...found]
      .filter((key) => !wanted.has(key))
      .map((key) => `the target has ${shownKey(key)}, which nobody asked for`),
  ]);
  const differences: string[] = [];
  const queue = expected.values();
  const lane = async (): Promise<void> => {
    for (const want of queue) {
      signal.throwIfAborted();
      differences.push(...objectDifferences(want, await reader.read(want.key)));
    }
  };
  await Promise.all(Array.from({ length: READS_AT_ONCE }, lane));
  demand(differences);
}

function objectDifferences(wanted: TargetObject, found: TargetObject): string[] {
  const parts = Object.keys(wanted) as (keyof TargetObject)[];
  return parts.flatMap((part) => differing(`${part} of ${shownKey(wanted.key)}`, wanted[part], found[part]));
}

/** As RestoreObject does in COS: its archive classes cannot be read before; answers how many there were. */
export function restoreCopies({ cos }: Migration, expected: readonly TargetObject[]): number {
  const archived = expected.filter(({ storageClass }) => storageClass.endsWith('ARCHIVE'));
  for (const { key } of archived) {
    const object = cos.store(TARGET).get(key);
    if (object !== undefined) cos.store(TARGET).put({ ...object, restored: true });
  }
  return archived.length;
}

const READ = /^(?:Get|Head|List)/;

/** Nothing but reads came to the source. Throws `Mismatch`. */
export function proveSourceUntouched({ oss }: Migration): void {
  demand(
    [...oss.requests.keys()]
      .filter((action) => !READ.test(action))
      .map((action) => `the source saw ${action}`),
  );
}

function differing(what: string, wanted: unknown, found: unknown): string[] {
  if (isDeepStrictEqual(wanted, found)) return [];
  return [`${what}: ${JSON.stringify(wanted)} was to be, ${JSON.stringify(found)} is`];
}
