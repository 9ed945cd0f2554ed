/** What the target must hold of each object, told by what was put into the buckets and not by what was copied. */
import { type Migration, SOURCE, TARGET } from '../../test/support/migration.ts';
import { type Crc64, crc64OfBody, loadCrc64 } from '../../test/standins/kernel/crc64.ts';
import type { StoredObject } from '../../test/standins/kernel/object.ts';
import type { CosSeed } from '../../test/standins/cos/server.ts';
import type { TargetObject } from './cos-reader.ts';
import type { Ending, Item } from './objects.ts';

/** As the README says: the class with the same access and minimum-storage promise. */
const CLASSES: Readonly<Record<string, string>> = {
  Standard: 'STANDARD',
  IA: 'STANDARD_IA',
  Archive: 'ARCHIVE',
  ColdArchive: 'DEEP_ARCHIVE',
};

export function finalEnding({ first, retried }: Item): Ending {
  return retried ?? first;
}

/** First `kept`, which was taken before the migration, so that it is compared with what was there; then the copies. */
export async function expectedObjects(
  m: Migration,
  items: readonly Item[],
  kept: readonly TargetObject[],
): Promise<TargetObject[]> {
  const crc64 = await loadCrc64();
  const copied = items.filter((item) => finalEnding(item) === 'copied');
  return [...kept, ...(await Promise.all(copied.map(({ seed }) => copyOf(m, seed.key, crc64))))];
}

/** What stands in the target from the start and has to stay as it is. */
export async function standing(m: Migration, seeds: readonly CosSeed[]): Promise<TargetObject[]> {
  const crc64 = await loadCrc64();
  return Promise.all(
    seeds.map(async ({ key }) => {
      const object = existing(m.cos.store(TARGET).get(key), key);
      return { ...described(object), key, size: object.size, crc64: await crc64OfBody(crc64, object.body) };
    }),
  );
}

/** Of a symlink: the bytes it leads to, under its own name and headers. */
async function copyOf({ oss }: Migration, key: string, crc64: Crc64): Promise<TargetObject> {
  const store = oss.store(SOURCE);
  const object = existing(store.get(key), key);
  const content =
    object.symlinkTarget === undefined ? object : existing(store.get(object.symlinkTarget), key);
  const { headers, meta, tags } = described(object);
  return {
    key,
    size: content.size,
    crc64: await crc64OfBody(crc64, content.body),
    headers,
    meta: Object.fromEntries(Object.entries(meta).map(([name, text]) => [name.replaceAll('_', '-'), text])),
    tags,
    storageClass: CLASSES[object.storageClass] ?? 'unknown',
  };
}

/** Both stores answer this type where none was given. */
function described(object: StoredObject): Omit<TargetObject, 'key' | 'size' | 'crc64'> {
  const { meta, tags, storageClass } = object;
  return {
    headers: { 'content-type': 'application/octet-stream', ...object.headers },
    meta,
    tags,
    storageClass,
  };
}

function existing(object: StoredObject | undefined, key: string): StoredObject {
  if (object === undefined) throw new Error(`the demo did not put ${JSON.stringify(key)} there`);
  return object;
}
