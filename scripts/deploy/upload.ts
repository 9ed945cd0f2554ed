/** Brings a function's zip to SCF: inside the request, or, above what a request may hold, through a bucket. */
import { UserError } from '../../lib/core/errors.ts';
import { SCF } from '../../lib/core/platform.ts';
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
  await put(bucket, object, zip, options);
  return { CosBucketName: bucket.replace(/-\d+$/, ''), CosObjectName: object, CosBucketRegion: region };
}

/** The same code has the same key: a second upload replaces equal bytes. */
async function put(
  bucket: string,
  key: string,
  zip: Uint8Array,
  { region, env }: UploadOptions,
): Promise<void> {
  const { default: COS } = await import('cos-nodejs-sdk-v5');
  const endpoint = env.OSS2COS_CODE_ENDPOINT;
  const cos = new COS({
    SecretId: env.TENCENTCLOUD_SECRET_ID ?? '',
    SecretKey: env.TENCENTCLOUD_SECRET_KEY ?? '',
    ...(env.TENCENTCLOUD_TOKEN ? { SecurityToken: env.TENCENTCLOUD_TOKEN } : {}),
    Timeout: 120_000,
    ...(endpoint ? { Domain: new URL(endpoint).host, Protocol: 'http:' } : { Protocol: 'https:' }),
  });
  const request = { Bucket: bucket, Region: region, Key: key.slice(1), Body: Buffer.from(zip) };
  await cos.putObject(request);
}
