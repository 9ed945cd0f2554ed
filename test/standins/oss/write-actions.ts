/** PutObject, PutSymlink and DeleteObject: enough to fill a bucket by hand, and to notice who writes to a source. */
import { headerOf, headersUnder, headerText, type StandinRequest } from '../kernel/http.ts';
import { memoryBody, type StoredObject } from '../kernel/object.ts';
import { receive } from '../kernel/receive.ts';
import type { Action, ActionContext } from './model.ts';
import { wholeSeconds } from './seed.ts';
import * as refusals from './refusals.ts';

/** "The total size of user metadata cannot exceed 8 KB"; "PutObject … up to 5 GB"; keys are 1–1,023 bytes. */
const META_BYTES_MAX = 8 * 1024;
const PUT_BYTES_MAX = 5 * 1024 ** 3;
const KEY_BYTES_MAX = 1023;

const KEPT_HEADERS = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
] as const;

const STORAGE_CLASSES: ReadonlySet<string> = new Set([
  'Standard',
  'IA',
  'Archive',
  'ColdArchive',
  'DeepColdArchive',
]);

export const putObject: Action = async (context) => {
  const { request, bucket, crc64, directory } = context;
  checkUpload(context);
  if (headerOf(request, 'content-length') === '' && headerOf(request, 'transfer-encoding') === '') {
    throw refusals.missingContentLength();
  }
  if (Number(headerOf(request, 'content-length')) > PUT_BYTES_MAX) throw refusals.entityTooLarge();
  const received = await receive(request.body, { crc64, directory, discard: bucket.options.discardBodies });
  const contentMd5 = received.md5.toString('base64');
  const announced = headerOf(request, 'content-md5');
  if (announced !== '' && announced !== contentMd5)
    throw refusals.invalidDigest({ 'Content-MD5': announced });
  const etag = received.md5.toString('hex').toUpperCase();
  bucket.store.put({
    ...described(context),
    ...{ size: received.size, body: received.body, type: 'Normal', etag, crc64: received.crc64, contentMd5 },
  });
  const headers = { ETag: `"${etag}"`, 'Content-MD5': contentMd5, 'x-oss-hash-crc64ecma': received.crc64 };
  return { status: 200, headers };
};

export const putSymlink: Action = (context) => {
  checkUpload(context);
  const symlinkTarget = decodeURIComponent(headerOf(context.request, 'x-oss-symlink-target'));
  if (symlinkTarget === '') throw refusals.invalidArgument('The symlink target is empty.');
  const etag = context.request.requestId.padEnd(32, '0').slice(0, 32);
  const empty = { size: 0, body: memoryBody(Buffer.alloc(0)), crc64: '0', contentMd5: undefined };
  context.bucket.store.put({ ...described(context), ...empty, type: 'Symlink', etag, symlinkTarget });
  return { status: 200, headers: { ETag: `"${etag}"` } };
};

/** 204 whether or not there was such an object. */
export const deleteObject: Action = ({ bucket, request }) => {
  bucket.store.delete(request.key);
  return { status: 204 };
};

function checkUpload({ request, bucket }: ActionContext): void {
  const { key } = request;
  if (key.startsWith('/') || key.startsWith('\\')) throw refusals.invalidObjectName({ ObjectName: key });
  if (headerOf(request, 'x-oss-forbid-overwrite') === 'true' && bucket.store.get(key))
    throw refusals.fileAlreadyExists();
  const meta = Object.entries(headersUnder(request, 'x-oss-meta-'));
  const metaBytes = meta.reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0);
  if (metaBytes > META_BYTES_MAX) throw refusals.metadataTooLarge();
  const storageClass = headerOf(request, 'x-oss-storage-class');
  if (storageClass !== '' && !STORAGE_CLASSES.has(storageClass)) {
    throw refusals.invalidArgument('The storage class is invalid.', {
      name: 'x-oss-storage-class',
      value: storageClass,
    });
  }
}

type Described = Pick<StoredObject, 'key' | 'headers' | 'meta' | 'tags' | 'storageClass' | 'lastModified'>;

function described({ request, now }: ActionContext): Described {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS)
    if (request.headers[name] !== undefined) headers[name] = headerText(headerOf(request, name));
  return {
    key: request.key,
    headers,
    meta: headersUnder(request, 'x-oss-meta-'),
    tags: tagsOf(request),
    storageClass: headerOf(request, 'x-oss-storage-class') || 'Standard',
    lastModified: wholeSeconds(now()),
  };
}

function tagsOf(request: StandinRequest): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(headerOf(request, 'x-oss-tagging')));
}

/** @throws ServiceError 400 InvalidObjectName */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > KEY_BYTES_MAX) throw refusals.invalidObjectName({ ObjectName: key });
}
