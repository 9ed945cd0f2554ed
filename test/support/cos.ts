/** A COS stand-in with a few buckets, and the adapters that reach it. */
import { CosObjectSink } from '../../lib/adapters/cos/object-sink.ts';
import type { StoreOptions } from '../../lib/adapters/http/store-options.ts';
import { CosStateStore } from '../../lib/adapters/cos/state-store.ts';
import type { HeldObject } from '../ports/object-sink.harness.ts';
import { startCos, type CosBucketOptions, type CosStandin } from '../standins/cos/server.ts';
import { collected } from './bytes.ts';
import { realClock } from './oss.ts';

export const COS_BUCKET = 'photos-1250000000';
const REGION = 'ap-guangzhou';
const CREDENTIAL = { id: 'test-id', secret: 'test-secret', securityToken: 'test+token/==' };
const VERSIONED = { enabled: 'enabled-1250000000', suspended: 'suspended-1250000000' } as const;

export interface CosHarness {
  readonly standin: CosStandin;
  sink(options?: Partial<StoreOptions>): CosObjectSink;
  versioned(versioning: 'enabled' | 'suspended'): Promise<CosObjectSink>;
  state(options?: Partial<StoreOptions>): CosStateStore;
  readonly held: (key: string) => Promise<HeldObject | undefined>;
  readonly uploadCount: () => number;
  readonly nowMs: () => number;
  close(): Promise<void>;
}

export async function openCos(bucket: Partial<CosBucketOptions> = {}): Promise<CosHarness> {
  const standin = await startCos({
    buckets: {
      [COS_BUCKET]: { ...bucket, region: REGION },
      [VERSIONED.enabled]: { region: REGION, versioning: 'Enabled' },
      [VERSIONED.suspended]: { region: REGION, versioning: 'Suspended' },
    },
    credentials: [CREDENTIAL],
  });
  const options: StoreOptions = {
    bucket: COS_BUCKET,
    region: REGION,
    endpoint: standin.url,
    credentials: () => CREDENTIAL,
    clock: realClock,
    connectionsMax: 4,
    timeoutMs: 5_000,
  };
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(store: T): T => {
    opened.push(store);
    return store;
  };
  const sink = (more: Partial<StoreOptions> = {}): CosObjectSink =>
    keep(new CosObjectSink({ ...options, ...more }));
  return {
    standin,
    sink,
    versioned: (versioning) => Promise.resolve(sink({ bucket: VERSIONED[versioning] })),
    state: (more = {}) => keep(new CosStateStore({ ...options, ...more })),
    held: (key) => heldIn(standin, key),
    uploadCount: () => standin.uploads(COS_BUCKET).length,
    nowMs: () => realClock.now(),
    async close() {
      await Promise.all(opened.map((store) => store.close()));
      await standin.close();
    },
  };
}

/** The stand-in holds text; the suite compares bytes. */
function bytesAsLatin1(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]),
  );
}

async function heldIn(standin: CosStandin, key: string): Promise<HeldObject | undefined> {
  const object = standin.store(COS_BUCKET).get(key);
  if (object === undefined) return undefined;
  const { body, headers, meta, tags, storageClass } = object;
  async function* chunks(): AsyncGenerator<Buffer> {
    yield* body.read(0, body.size);
  }
  const bytes = await collected(chunks());
  return { bytes, headers: bytesAsLatin1(headers), metadata: bytesAsLatin1(meta), tags, storageClass };
}
