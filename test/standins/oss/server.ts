/** The OSS stand-in: buckets behind a real HTTP server that speaks the wire format of Alibaba Cloud OSS. */
import { loadCrc64 } from '../kernel/crc64.ts';
import { ServiceError, type Answer, type StandinRequest } from '../kernel/http.ts';
import type { StoredObject } from '../kernel/object.ts';
import { startServer, type Standin } from '../kernel/server.ts';
import { memoryStore } from '../kernel/store.ts';
import { ACTIONS, actionOf } from './actions.ts';
import { authenticate, authorize } from './authenticate.ts';
import type { ActionContext, OssBucket, OssOptions, Seed } from './model.ts';
import * as refusals from './refusals.ts';
import { objectOfSeed } from './seed.ts';
import { checkKey } from './write-actions.ts';

export type { OssOptions, Seed } from './model.ts';

export interface OssStandin extends Standin {
  /** Puts an object directly, as if it had been uploaded. */
  seed(bucket: string, seed: Seed): Promise<StoredObject>;
}

export async function startOss(options: OssOptions): Promise<OssStandin> {
  const crc64 = await loadCrc64();
  const now = options.now ?? (() => new Date());
  const buckets = new Map<string, OssBucket>();
  for (const [name, bucket] of Object.entries(options.buckets)) {
    buckets.set(name, { name, options: bucket, store: bucket.store ?? memoryStore() });
  }
  const credentials = new Map(options.credentials.map((credential) => [credential.id, credential]));
  const tools = {
    crc64,
    now,
    directory: options.directory,
    spaceInListing: options.spaceInListing ?? '+',
  } as const;

  function answer(request: StandinRequest): Promise<Answer> | Answer {
    if (request.bucket === '') throw refusals.noBucketInHost();
    const signingRegion = buckets.get(request.bucket)?.options.region.replace(/^oss-/, '');
    const credential = authenticate(request, { credentials, now, signingRegion });
    const bucket = enter(buckets, request, credential.id);
    authorize(credential, request.action);
    checkKey(request.key);
    const action = ACTIONS.get(request.action);
    if (!action) throw refusals.methodNotAllowed({ Method: request.method });
    const context: ActionContext = { ...tools, request, bucket };
    return action(context);
  }

  const server = await startServer(
    { bucketOf, actionOf, answer, requestIdOf, commonHeaders, headErrorHeaders },
    { port: options.port, seed: options.seed },
  );
  const store = (name: string) => {
    const bucket = buckets.get(name);
    if (!bucket) throw new Error(`no bucket ${name} was created in the OSS stand-in`);
    return bucket.store;
  };
  return Object.assign(server, {
    store,
    async seed(name: string, seed: Seed) {
      const object = await objectOfSeed(seed, { crc64, now });
      store(name).put(object);
      return object;
    },
  });
}

const HOST =
  /^([a-z0-9][a-z0-9-]*)\.((?:oss-[a-z0-9-]+?|vpc100-oss-cn-[a-z0-9-]+?))(?:-internal)?\.aliyuncs\.com$/;

function bucketOf(host: string): string {
  return HOST.exec(host)?.[1] ?? '';
}

/** Acceleration endpoints lead to buckets of every region. */
function enter(buckets: ReadonlyMap<string, OssBucket>, request: StandinRequest, id: string): OssBucket {
  const bucket = buckets.get(request.bucket);
  if (!bucket) throw refusals.noSuchBucket({ BucketName: request.bucket });
  const region = HOST.exec(request.host.replace(/:\d+$/, ''))?.[2] ?? '';
  if (region !== bucket.options.region && !region.startsWith('oss-accelerate')) {
    throw refusals.wrongEndpoint({ Bucket: bucket.name, Endpoint: `${bucket.options.region}.aliyuncs.com` });
  }
  if (bucket.options.credentials && !bucket.options.credentials.includes(id)) throw refusals.notYourBucket();
  return bucket;
}

/** 24 hexadecimal digits. */
function requestIdOf(sequence: number): string {
  return `6560A1B2${sequence.toString(16).toUpperCase().padStart(16, '0')}`;
}

function commonHeaders(requestId: string): Record<string, string> {
  return { Server: 'AliyunOSS', 'x-oss-request-id': requestId, 'x-oss-server-time': '1' };
}

/** A refused HEAD has no body: OSS puts the XML into a header. */
function headErrorHeaders(_error: ServiceError, xml: string): Record<string, string> {
  return { 'x-oss-err': Buffer.from(xml).toString('base64') };
}
