/** The calls that go through the vendor's SDK: rare ones, that do no harm when they are done twice. */
import { StoreError } from '../../core/errors.ts';
import type { MultipartUpload, TargetAttributesFound } from '../../ports/object-sink.ts';
import { refusalError } from '../http/store-call.ts';
import { META } from './attributes.ts';
import type { CosClient } from './client.ts';
import { COS_CODES } from './errors.ts';

/** Undefined where the key is not there; a missing bucket looks the same, for a HEAD has no body. */
export async function headObject(
  client: CosClient,
  key: string,
  signal: AbortSignal,
): Promise<TargetAttributesFound | undefined> {
  const subject = client.subject('HeadObject', key);
  const answer = await unlessGone(
    client.viaSdk(subject, (sdk, at) => sdk.headObject({ ...at, Key: key }), signal),
  );
  return answer === undefined ? undefined : foundIn(answer.headers ?? {});
}

export async function removeObject(client: CosClient, key: string, signal: AbortSignal): Promise<void> {
  const subject = client.subject('DeleteObject', key);
  const answer = await unlessGone(
    client.viaSdk(subject, (sdk, at) => sdk.deleteObject({ ...at, Key: key }), signal),
  );
  // The SDK takes a missing bucket for success, and says so aside.
  if (answer === undefined || !('BucketNotFound' in answer)) return;
  const refusal = { status: 404, vendorCode: 'NoSuchBucket', requestId: answer.RequestId };
  throw refusalError(refusal, subject, COS_CODES);
}

export async function abortUpload(
  client: CosClient,
  { key, uploadId }: MultipartUpload,
  signal: AbortSignal,
): Promise<void> {
  const subject = client.subject('AbortMultipartUpload', key);
  await unlessGone(
    client.viaSdk(subject, (sdk, at) => sdk.multipartAbort({ ...at, Key: key, UploadId: uploadId }), signal),
  );
}

async function unlessGone<T>(sent: Promise<T>): Promise<T | undefined> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'gone') return undefined;
    throw error;
  }
}

function foundIn(headers: Readonly<Record<string, string>>): TargetAttributesFound {
  const metadata = Object.entries(headers)
    .filter(([name]) => name.startsWith(META))
    .map(([name, value]) => [name.slice(META.length), value] as const);
  const lastModifiedMs = Date.parse(headers['last-modified'] ?? '');
  const version = {
    size: headers['content-length'] === undefined ? undefined : Number(headers['content-length']),
    lastModifiedMs: Number.isNaN(lastModifiedMs) ? undefined : lastModifiedMs,
    crc64: headers['x-cos-hash-crc64ecma'],
  };
  return { version, metadata: Object.fromEntries(metadata) };
}
