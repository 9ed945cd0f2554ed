/** Compares the two buckets directly, past every client: bytes, headers, metadata, tags, storage class. */
import { targetKeyOf } from '../../lib/core/keys.ts';
import type { Task } from '../../lib/core/task.ts';
import type { StoredObject } from '../standins/kernel/object.ts';
import { type Migration, SOURCE, TARGET } from './migration.ts';

const CLASSES: Readonly<Record<string, string>> = {
  Standard: 'STANDARD',
  IA: 'STANDARD_IA',
  Archive: 'ARCHIVE',
  ColdArchive: 'DEEP_ARCHIVE',
};

/** One sentence for each difference between a source object and its copy; an empty list is a perfect copy. */
export async function differences(
  m: Migration,
  task: Task,
  keys: Iterable<string> = m.oss.store(SOURCE).keys(),
): Promise<string[]> {
  const found: string[] = [];
  const mapping = {
    sourcePrefix: task.source.prefix,
    targetPrefix: task.target.prefix,
    stripPrefix: task.target.stripPrefix,
  };
  for (const key of keys) {
    const source = resolved(m, key);
    const copy = m.cos.store(TARGET).get(targetKeyOf(key, mapping));
    if (source === undefined || copy === undefined) found.push(`${JSON.stringify(key)} is not on both sides`);
    else found.push(...(await objectDifferences(key, source, copy)));
  }
  return found;
}

/** A symlink is compared as its target's content under the link's headers. */
function resolved(m: Migration, key: string): StoredObject | undefined {
  const object = m.oss.store(SOURCE).get(key);
  if (object?.symlinkTarget === undefined) return object;
  const target = m.oss.store(SOURCE).get(object.symlinkTarget);
  return target === undefined
    ? undefined
    : { ...object, body: target.body, size: target.size, storageClass: target.storageClass };
}

async function objectDifferences(key: string, source: StoredObject, copy: StoredObject): Promise<string[]> {
  const sides = {
    size: [source.size, copy.size],
    // OSS answers this type for objects that were stored without one.
    headers: [
      JSON.stringify(sorted({ 'content-type': 'application/octet-stream', ...source.headers })),
      JSON.stringify(sorted(copy.headers)),
    ],
    metadata: [JSON.stringify(sorted(source.meta)), JSON.stringify(sorted(copy.meta))],
    tags: [JSON.stringify(sorted(source.tags)), JSON.stringify(sorted(copy.tags))],
    storageClass: [CLASSES[source.storageClass], copy.storageClass],
  };
  const found = Object.entries(sides).flatMap(([what, [a, b]]) =>
    a === b ? [] : [`${JSON.stringify(key)}: ${what} ${String(a)} became ${String(b)}`],
  );
  const same = (await bytesOf(source)).equals(await bytesOf(copy));
  return same ? found : [...found, `${JSON.stringify(key)}: other bytes`];
}

function sorted(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

async function bytesOf(object: StoredObject): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of object.body.read(0, object.size)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Lines of the failed manifest, parsed; empty where there is none. */
export async function failedLines(
  m: Migration,
  taskId: string,
): Promise<{ key: string; error: { code: string; message: string; retryable: boolean } }[]> {
  const object = m.cos.store(TARGET).get(`.oss2cos/${taskId}/failed.jsonl`);
  if (object === undefined) return [];
  const text = (await bytesOf(object)).toString();
  return text
    .trimEnd()
    .split('\n')
    .map(
      (line) =>
        JSON.parse(line) as { key: string; error: { code: string; message: string; retryable: boolean } },
    );
}

/** Keys of the target bucket outside the state prefix. */
export function targetKeys(m: Migration): string[] {
  return [...m.cos.store(TARGET).keys()].filter((key) => !key.startsWith('.oss2cos/'));
}
