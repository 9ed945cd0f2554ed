/** The requests that write to COS: one PUT, and the four of a multipart upload (documents 436/7749, 436/7746-7750, 436/7742). */
import type { TargetAttributes } from '../../core/object.ts';
import type { MultipartUpload, Part, PartRequest, Written, WriteRequest } from '../../ports/object-sink.ts';
import type { Content } from '../../ports/object-source.ts';
import * as store from '../http/store-call.ts';
import type { HttpResponse, RequestBody } from '../http/types.ts';
import { textOfChild } from '../http/xml.ts';
import { attributeHeaders, checkKey, ofMetadata } from './attributes.ts';
import type { CosClient } from './client.ts';
import { COS_CODES } from './errors.ts';

/** The spaces that keep a connection alive while COS merges parts, for many minutes, are part of the answer. */
const ANSWER_BYTES_MAX = 1024 * 1024;

export async function putObject(
  client: CosClient,
  request: WriteRequest,
  signal: AbortSignal,
): Promise<Written> {
  const { key, content, attributes, contentMd5, forbidOverwrite } = request;
  const operation = 'PutObject';
  try {
    const subject = client.subject(operation, key);
    checkKey(key, subject);
    const headers = attributeHeaders(attributes, subject);
    if (forbidOverwrite) headers.push('x-cos-forbid-overwrite', 'true');
    const body = requestBody(content);
    const response = await client.ask({ method: 'PUT', operation, key, headers, contentMd5, body }, signal);
    store.dropBody(response);
    return writtenOf(response);
  } catch (error) {
    if (content.kind === 'stream') content.destroy();
    throw ofMetadata(error);
  }
}

export async function beginUpload(
  client: CosClient,
  key: string,
  attributes: TargetAttributes,
  signal: AbortSignal,
): Promise<MultipartUpload> {
  const operation = 'InitiateMultipartUpload';
  const subject = client.subject(operation, key);
  checkKey(key, subject);
  const headers = attributeHeaders(attributes, subject);
  try {
    const response = await client.ask(
      { method: 'POST', operation, key, query: [['uploads', '']], headers },
      signal,
    );
    const document = await documentOf(response, subject, signal);
    const uploadId = store.parsed(subject, () => textOfChild(document, `${operation}Result`, 'UploadId'));
    if (!uploadId) throw store.storeError('unknown', subject, 'the answer has no UploadId');
    return { key, uploadId };
  } catch (error) {
    throw ofMetadata(error);
  }
}

/** `contentMd5` as in a `WriteRequest`. */
export async function putPart(
  client: CosClient,
  request: PartRequest,
  signal: AbortSignal,
  contentMd5?: string,
): Promise<Part> {
  const { upload, partNumber, content } = request;
  const operation = 'UploadPart';
  const { key, uploadId } = upload;
  const query = [
    ['partNumber', String(partNumber)],
    ['uploadId', uploadId],
  ] as const;
  try {
    const body = requestBody(content);
    const response = await client.ask({ method: 'PUT', operation, key, query, contentMd5, body }, signal);
    store.dropBody(response);
    const etag = response.header('etag')?.replaceAll('"', '');
    if (!etag) throw store.storeError('unknown', client.subject(operation, key), 'the answer has no ETag');
    return { partNumber, etag, crc64: writtenOf(response).crc64 };
  } catch (error) {
    if (content.kind === 'stream') content.destroy();
    throw error;
  }
}

/** COS answers 200 before it is done, and sends spaces for minutes: what happened stands in the body behind them. */
export async function completeUpload(
  client: CosClient,
  { key, uploadId }: MultipartUpload,
  parts: readonly Part[],
  { forbidOverwrite, signal }: { readonly forbidOverwrite: boolean; readonly signal: AbortSignal },
): Promise<Written> {
  const operation = 'CompleteMultipartUpload';
  const subject = client.subject(operation, key);
  const headers = ['content-type', 'application/xml'];
  if (forbidOverwrite) headers.push('x-cos-forbid-overwrite', 'true');
  const body = Buffer.from(completeDocument(parts));
  const response = await client.ask(
    { method: 'POST', operation, key, query: [['uploadId', uploadId]], headers, body },
    signal,
  );
  const document = await documentOf(response, subject, signal);
  const written = writtenOf(response);
  const vendorCode = store.errorCodeOf(document);
  if (vendorCode !== undefined) {
    const { status } = response;
    throw store.refusalError({ status, vendorCode, requestId: written.requestId }, subject, COS_CODES);
  }
  store.parsed(subject, () => textOfChild(document, `${operation}Result`, 'ETag'));
  return written;
}

function completeDocument(parts: readonly Part[]): string {
  let document = '<CompleteMultipartUpload>';
  for (const { partNumber, etag } of parts) {
    document += `<Part><PartNumber>${String(partNumber)}</PartNumber><ETag>"${etag}"</ETag></Part>`;
  }
  return `${document}</CompleteMultipartUpload>`;
}

export async function documentOf(
  response: HttpResponse,
  subject: store.CallSubject,
  signal: AbortSignal,
): Promise<string> {
  return (await store.bodyOf(response, subject, { bytesMax: ANSWER_BYTES_MAX, signal })).toString('utf8');
}

function writtenOf(response: HttpResponse): Written {
  return {
    crc64: response.header('x-cos-hash-crc64ecma'),
    requestId: response.header('x-cos-request-id'),
  };
}

function requestBody(content: Content): RequestBody {
  if (content.kind === 'bytes') return asBuffer(content.bytes);
  return { size: content.size, chunks: asBuffers(content.chunks) };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function* asBuffers(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield asBuffer(chunk);
}
