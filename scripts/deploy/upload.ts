/** Brings a function's zip to SCF: inside the request, or, above what a request may hold, through a bucket. */
import { requireTls } from '../../lib/core/endpoint.ts';
import { UserError } from '../../lib/core/errors.ts';
import { SCF } from '../../lib/core/platform.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import type { Package } from './bundle.ts';

/** As both CreateFunction's `Code` and UpdateFunctionCode take it. */
export type CodePlace =
  | { readonly ZipFile: string }
  | { readonly CosBucketName: string; readonly CosObjectName: string; readonly CosBucketRegion: string };

type Environment = Readonly<Record<string, string | undefined>>;

export interface UploadOptions {
  /** `name-appid`. */
  readonly bucket: string | undefined;
  readonly region: string;
  readonly env: Environment;
}

export async function placeCode({ key, zip, hash }: Package, options: UploadOptions): Promise<CodePlace> {
  if (zip.length <= SCF.inlineZipBytesMax) return { ZipFile: Buffer.from(zip).toString('base64') };
  const { bucket, region } = options;
  if (bucket === undefined)
    throw new UserError(
      `The zip of ${key} has ${zip.length} bytes, above the ${SCF.inlineZipBytesMax} that fit into a request: name a bucket in provider.code.bucket`,
    );
  const object = `/oss2cos-code/${hash}.zip`;
  await put(bucket, object.slice(1), zip, options);
  return { CosBucketName: bucket.replace(/-\d+$/, ''), CosObjectName: object, CosBucketRegion: region };
}

const CONNECTION_MS = 60_000;

/** The same code has the same key: a second upload replaces equal bytes. */
async function put(
  bucket: string,
  key: string,
  zip: Uint8Array,
  { region, env }: UploadOptions,
): Promise<void> {
  requireTls('OSS2COS_CODE_ENDPOINT', env.OSS2COS_CODE_ENDPOINT);
  const { CosStateStore } = await import('../../lib/adapters/cos/state-store.ts');
  const store = new CosStateStore({
    bucket,
    region,
    endpoint: env.OSS2COS_CODE_ENDPOINT,
    credentials: () => ({
      id: env.TENCENTCLOUD_SECRET_ID ?? '',
      secret: env.TENCENTCLOUD_SECRET_KEY ?? '',
      securityToken: env.TENCENTCLOUD_TOKEN,
    }),
    clock: systemClock,
    connectionsMax: 1,
    timeoutMs: CONNECTION_MS,
  });
  try {
    await store.put(key, zip, { contentType: 'application/zip' }, new AbortController().signal);
  } finally {
    await store.close();
  }
}
