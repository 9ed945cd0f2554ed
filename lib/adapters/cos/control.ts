/** The calls that move no bytes: HEAD, DELETE, and giving up an upload (documents 436/7745, 436/7743, 436/7740). */
import { StoreError } from '../../core/errors.ts';
import type { MultipartUpload, TargetAttributesFound } from '../../ports/object-sink.ts';
import { dropBody } from '../http/store-call.ts';
import type { HttpResponse } from '../http/types.ts';
import { checkKey, META } from './attributes.ts';
import type { Asked, CosClient } from './client.ts';

/** Undefined where the key is not there; a missing bucket looks the same, for a HEAD has no body. */
export async function headObject(
  client: CosClient,
  key: string,
  signal: AbortSignal,
): Promise<TargetAttributesFound | undefined> {
  const response = await unlessGone(client, { method: 'HEAD', operation: 'HeadObject', key }, signal);
  return response === undefined ? undefined : foundIn(response);
}

export async function removeObject(client: CosClient, key: string, signal: AbortSignal): Promise<void> {
  await unlessGone(client, { method: 'DELETE', operation: 'DeleteObject', key }, signal);
}

export async function abortUpload(
  client: CosClient,
  { key, uploadId }: MultipartUpload,
  signal: AbortSignal,
): Promise<void> {
  const query = [['uploadId', uploadId]] as const;
  await unlessGone(client, { method: 'DELETE', operation: 'AbortMultipartUpload', key, query }, signal);
}

async function unlessGone(
  client: CosClient,
  asked: Asked & { readonly key: string },
  signal: AbortSignal,
): Promise<HttpResponse | undefined> {
  try {
    checkKey(asked.key, client.subject(asked.operation, asked.key));
    const response = await client.ask(asked, signal);
    dropBody(response);
    return response;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'gone') return undefined;
    throw error;
  }
}

function foundIn(response: HttpResponse): TargetAttributesFound {
  const metadata: [string, string][] = [];
  for (const [name, value] of response.headers()) {
    if (name.startsWith(META)) metadata.push([name.slice(META.length), value]);
  }
  const size = response.header('content-length');
  const lastModifiedMs = Date.parse(response.header('last-modified') ?? '');
  const version = {
    size: size === undefined ? undefined : Number(size),
    lastModifiedMs: Number.isNaN(lastModifiedMs) ? undefined : lastModifiedMs,
    crc64: response.header('x-cos-hash-crc64ecma'),
  };
  return { version, metadata: Object.fromEntries(metadata) };
}
