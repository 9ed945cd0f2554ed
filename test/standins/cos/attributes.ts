/** What an object carries besides its bytes: headers, user metadata, tags, class. Read from requests, written to answers. */
import { headerOf, headersUnder, headerText, type StandinRequest } from '../kernel/http.ts';
import type { StoredObject } from '../kernel/object.ts';
import { COS_LIMITS, COS_STORAGE_CLASSES } from './limits.ts';
import { refusal } from './refusals.ts';
import { checkTags, tagsOfHeader } from './tags.ts';

export type Attributes = Pick<StoredObject, 'headers' | 'meta' | 'tags' | 'storageClass'>;

/** Lower-case name as stored, name as answered. */
const KEPT_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'Content-Type',
  'cache-control': 'Cache-Control',
  'content-disposition': 'Content-Disposition',
  'content-encoding': 'Content-Encoding',
  'content-language': 'Content-Language',
  expires: 'Expires',
};

const META = 'x-cos-meta-';

/** Of a PutObject or InitiateMultipartUpload (436/7749). @throws ServiceError 400. */
export function attributesOf(request: StandinRequest): Attributes {
  const headers: Record<string, string> = { 'content-type': 'application/octet-stream' };
  for (const name of Object.keys(KEPT_HEADERS)) {
    const value = headerText(headerOf(request, name));
    if (value !== '') headers[name] = value;
  }
  const meta = headersUnder(request, META);
  checkMetadata(meta);
  const tags = tagsOfHeader(headerText(headerOf(request, 'x-cos-tagging')));
  checkTags(tags);
  const storageClass = headerOf(request, 'x-cos-storage-class') || 'STANDARD';
  if (!COS_STORAGE_CLASSES.has(storageClass)) {
    throw refusal('NotSupportedStorageClass', 'The storage class you specified is not supported.');
  }
  return { headers, meta, tags: Object.fromEntries(tags), storageClass };
}

/** An over-long custom header is `KeyTooLong` in the vendor's list. */
function checkMetadata(meta: Readonly<Record<string, string>>): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(meta)) {
    if (!/^[a-z0-9-]+$/.test(name)) {
      throw refusal('InvalidArgument', `The metadata name ${META}${name} is not allowed.`);
    }
    bytes += META.length + name.length + Buffer.byteLength(value);
  }
  if (bytes > COS_LIMITS.metadataBytesMax) {
    throw refusal('KeyTooLong', `The total size of the ${META}* headers exceeds the limit.`);
  }
}

/** CAN, EM, SUB and ESC. */
const FORBIDDEN = ['\x18', '\x19', '\x1a', '\x1b'];

/** @throws ServiceError 400 KeyTooLong or InvalidObjectName (436/13324). */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > COS_LIMITS.keyBytesMax) {
    throw refusal('KeyTooLong', 'Your key is too long.');
  }
  if (/^[/\\]/.test(key) || FORBIDDEN.some((character) => key.includes(character))) {
    throw refusal('InvalidObjectName', 'The specified object name is not valid.');
  }
}

/** Headers of an object in the answer to a GET or a HEAD, but for its length. */
export function objectHeaders(object: StoredObject): Record<string, string> {
  const answered: Record<string, string> = {
    ...resultHeaders(object),
    'Last-Modified': object.lastModified.toUTCString(),
    'Accept-Ranges': 'bytes',
    'x-cos-object-type': 'normal',
  };
  for (const [name, value] of Object.entries(object.headers)) answered[KEPT_HEADERS[name] ?? name] = value;
  for (const [name, value] of Object.entries(object.meta)) answered[META + name] = value;
  if (object.storageClass !== 'STANDARD') answered['x-cos-storage-class'] = object.storageClass;
  const tagCount = Object.keys(object.tags).length;
  if (tagCount > 0) answered['x-cos-tagging-count'] = String(tagCount);
  return answered;
}

/** Headers that tell a writer what was stored. */
export function resultHeaders({ etag, crc64 }: Pick<StoredObject, 'etag' | 'crc64'>): Record<string, string> {
  return { ETag: `"${etag}"`, ...(crc64 === undefined ? {} : { 'x-cos-hash-crc64ecma': crc64 }) };
}
