/** A stand-in of Tencent Cloud COS over HTTP: what the vendor documents, for tests, the demo and the soak. */
import { randomBytes } from 'node:crypto';
import { loadCrc64 } from '../kernel/crc64.ts';
import { ServiceError, type Answer, type StandinRequest } from '../kernel/http.ts';
import type { Body, StoredObject } from '../kernel/object.ts';
import { measure } from '../kernel/receive.ts';
import { startServer, type RunningServer, type Service, type Standin } from '../kernel/server.ts';
import { actionOf, handlerOf } from './actions.ts';
import { createBucket, type CosBucket, type CosBucketOptions } from './bucket.ts';
import { refusal, withResource } from './refusals.ts';
import { objectOfSeed, type CosSeed } from './seed.ts';
import { authenticate, type CosCredential } from './signature.ts';

export type { CosBucketOptions } from './bucket.ts';
export type { CosSeed } from './seed.ts';
export type { CosCredential } from './signature.ts';

export interface CosOptions {
  /** By full name, with the APPID: `photos-1250000000`. */
  readonly buckets: Readonly<Record<string, CosBucketOptions>>;
  readonly credentials: readonly CosCredential[];
  readonly port?: number | undefined;
  /** Received bodies become files in here instead of staying in memory. */
  readonly directory?: string | undefined;
  /** Of signatures and of Last-Modified. */
  readonly now?: (() => Date) | undefined;
  /** Seeds the dice of the faults. */
  readonly seed?: number | undefined;
}

export interface CosStandin extends Standin {
  /** Puts an object as if it had been written by others; nothing is counted or refused. */
  seed(bucket: string, seed: CosSeed): Promise<StoredObject>;
  /** Parts 1 to `count` of an upload, each of that body, as if they had been sent; answers what COS would have. */
  plantParts(
    bucket: string,
    upload: { readonly key: string; readonly uploadId: string },
    parts: { readonly count: number; readonly body: Body },
  ): Promise<{ readonly etag: string; readonly crc64: string }>;
  /** Uploads begun and neither completed nor aborted, by key and then by id. */
  uploads(bucket: string): readonly { readonly key: string; readonly id: string; readonly parts: number }[];
}

export async function startCos(options: CosOptions): Promise<CosStandin> {
  const crc64 = await loadCrc64();
  const now = options.now ?? (() => new Date());
  const buckets = new Map<string, CosBucket>();
  for (const [name, bucketOptions] of Object.entries(options.buckets)) {
    buckets.set(name, createBucket(name, bucketOptions, { crc64, directory: options.directory }));
  }
  const bucketNamed = (name: string): CosBucket => {
    const bucket = buckets.get(name);
    if (!bucket) throw new Error(`the stand-in has no bucket ${name}`);
    return bucket;
  };
  const service = cosService({ buckets, credentials: options.credentials, now });
  const server = await startServer(service, { port: options.port, seed: options.seed });
  const more: Omit<CosStandin, keyof RunningServer> = {
    store: (name: string) => bucketNamed(name).store,
    seed: async (name: string, seed: CosSeed) => {
      const object = await objectOfSeed(seed, { crc64, now: wholeSeconds(now()) });
      bucketNamed(name).store.put(object);
      return object;
    },
    async plantParts(name, { key, uploadId }, { count, body }) {
      const { size } = body;
      const { crc64: sum, md5 } = await measure(body, crc64);
      const planted = { size, etag: md5.toString('hex'), crc64: sum, lastModified: now(), body };
      const { parts } = bucketNamed(name).uploads.get(key, uploadId);
      for (let partNumber = 1; partNumber <= count; partNumber++)
        parts.set(partNumber, { ...planted, partNumber });
      return planted;
    },
    uploads: (name: string) =>
      bucketNamed(name)
        .uploads.list()
        .map(({ key, id, parts }) => ({ key, id, parts: parts.size })),
  };
  return Object.assign(server, more);
}

interface Holdings {
  readonly buckets: ReadonlyMap<string, CosBucket>;
  readonly credentials: readonly CosCredential[];
  readonly now: () => Date;
}

function cosService(holdings: Holdings): Service {
  return {
    bucketOf: (host) => addressed(host)?.bucket ?? '',
    actionOf,
    requestIdOf: (sequence) =>
      Buffer.from(`${sequence.toString(16).padStart(8, '0')}_${randomBytes(8).toString('hex')}`).toString(
        'base64',
      ),
    commonHeaders: (requestId) => ({ Server: 'tencent-cos', 'x-cos-request-id': requestId }),
    async answer(request) {
      try {
        return await answer(request, holdings);
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        throw withResource(error, request.host + request.rawPath, randomBytes(24).toString('base64'));
      }
    },
  };
}

/** The bucket is looked for first: COS says NoSuchBucket to anyone, and under another region's name too. */
async function answer(request: StandinRequest, { buckets, credentials, now }: Holdings): Promise<Answer> {
  const bucket = buckets.get(request.bucket);
  const region = addressed(request.host.replace(/:\d+$/, ''))?.region;
  if (!bucket || (region !== bucket.options.region && region !== 'accelerate')) {
    throw refusal('NoSuchBucket', 'The specified bucket does not exist.');
  }
  const credential = authenticate(request, credentials, now());
  const owns = bucket.options.credentials?.includes(credential.id) ?? true;
  const allowed = credential.allow?.includes(request.action) ?? true;
  if (!owns || !allowed) throw refusal('AccessDenied', 'Access Denied.');
  const handler = handlerOf(request.action);
  if (!handler) throw refusal('NotImplemented', 'This stand-in does not have that action.');
  return await handler({ request, bucket, now: wholeSeconds(now()) });
}

const HOST = /^([a-z0-9-]+-\d+)\.cos(?:-internal)?\.([a-z0-9-]+)\.(?:myqcloud\.com|tencentcos\.cn)$/;

function addressed(host: string): { bucket: string; region: string } | undefined {
  const [, bucket, region] = HOST.exec(host.toLowerCase()) ?? [];
  return bucket === undefined || region === undefined ? undefined : { bucket, region };
}

function wholeSeconds(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}
