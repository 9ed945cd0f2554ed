/** An OSS stand-in with one bucket, and the adapter that reaches it. */
import { setTimeout } from 'node:timers/promises';
import { OssObjectSource } from '../../lib/adapters/oss/object-source.ts';
import type { OssOptions } from '../../lib/adapters/oss/options.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { SeededObject, SourceHarness } from '../ports/object-source.harness.ts';
import { startOss, type OssStandin } from '../standins/oss/server.ts';

const OSS_BUCKET = 'photos';
const REGION = 'oss-cn-hangzhou';
const CREDENTIAL = { id: 'test-id', secret: 'test-secret', securityToken: 'test+token/==' };

export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => setTimeout(ms, undefined, signal === undefined ? {} : { signal }),
};

export interface OssHarness extends SourceHarness {
  readonly standin: OssStandin;
  another(options: Partial<OssOptions>): OssObjectSource;
}

export async function openOss(options: Partial<OssOptions> = {}): Promise<OssHarness> {
  const standin = await startOss({
    buckets: { [OSS_BUCKET]: { region: REGION } },
    credentials: [CREDENTIAL],
  });
  const defaults: OssOptions = {
    bucket: OSS_BUCKET,
    region: REGION,
    endpoint: standin.url,
    credentials: () => CREDENTIAL,
    clock: realClock,
    connectionsMax: 4,
    timeoutMs: 5_000,
  };
  const opened: OssObjectSource[] = [];
  const another = (more: Partial<OssOptions>): OssObjectSource => {
    const source = new OssObjectSource({ ...defaults, ...more });
    opened.push(source);
    return source;
  };
  return {
    standin,
    another,
    source: another(options),
    put: (key, object) => seed(standin, key, object),
    delete: (key) => void standin.store(OSS_BUCKET).delete(key),
    async close() {
      await Promise.all(opened.map((source) => source.close()));
      await standin.close();
    },
  };
}

/** The stand-in holds text and sends it as UTF-8. */
function text(values: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Buffer.from(value, 'latin1').toString('utf8')]),
  );
}

async function seed(standin: OssStandin, key: string, object: SeededObject): Promise<void> {
  const { bytes: body, metadata, archived: _, lastModified, headers, ...rest } = object;
  const time = lastModified === undefined ? {} : { lastModified: new Date(lastModified) };
  await standin.seed(OSS_BUCKET, {
    key,
    body,
    ...rest,
    ...time,
    headers: text(headers ?? { 'content-type': 'application/octet-stream' }),
    meta: text(metadata),
  });
}
