/** GetObject and HeadObject: symlinks, archive classes, conditions, ranges and compression on the fly. */
import { createGzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { headerOf, type Answer, type StandinRequest } from '../kernel/http.ts';
import type { StoredObject } from '../kernel/object.ts';
import { checkConditions, rangeOf } from './conditions.ts';
import type { Action, ActionContext } from './model.ts';
import * as refusals from './refusals.ts';

const ARCHIVED: ReadonlySet<string> = new Set(['Archive', 'ColdArchive', 'DeepColdArchive']);

/** "…compressed … if the size is greater than or equal to 1 KB and the Content-Type is one of" these. */
const GZIP_BYTES_MIN = 1024;
const GZIP_TYPES: ReadonlySet<string> = new Set(
  [
    'text/cache-manifest text/xml text/plain text/css text/html text/json application/javascript application/json',
    'application/x-javascript application/rss+xml application/xml',
  ].flatMap((line) => line.split(' ')),
);

const RESPONSE_OVERRIDES: Readonly<Record<string, string>> = {
  'response-content-type': 'Content-Type',
  'response-content-language': 'Content-Language',
  'response-expires': 'Expires',
  'response-cache-control': 'Cache-Control',
  'response-content-disposition': 'Content-Disposition',
  'response-content-encoding': 'Content-Encoding',
};

export const getObject: Action = (context) => {
  const found = locate(context);
  if (ARCHIVED.has(found.content.storageClass) && !found.content.restored)
    throw refusals.invalidObjectState();
  return answerWith(context.request, found);
};

export const headObject: Action = (context) => answerWith(context.request, locate(context));

/** `object` is what the key names, `content` what it leads to: the same, but for symlinks. */
interface Found {
  readonly object: StoredObject;
  readonly content: StoredObject;
}

function locate({ bucket: { store }, request: { key } }: ActionContext): Found {
  const object = store.get(key);
  if (!object) throw refusals.noSuchKey({ Key: key });
  if (object.type !== 'Symlink') return { object, content: object };
  const content = store.get(object.symlinkTarget ?? '');
  if (!content) throw refusals.symlinkTargetNotExist({ TargetName: object.symlinkTarget ?? '' });
  if (content.type === 'Symlink') throw refusals.invalidTargetType({ Key: key });
  return { object, content };
}

function answerWith(request: StandinRequest, found: Found): Answer {
  const { object, content } = found;
  const lastModified =
    object.lastModified > content.lastModified ? object.lastModified : content.lastModified;
  checkConditions(request, { etag: content.etag, lastModified });
  const headers = headersOf(request, found, lastModified);
  const range = rangeOf(request, content.size);
  if (range) {
    headers['Content-Range'] = `bytes ${String(range.from)}-${String(range.to - 1)}/${String(content.size)}`;
    return { status: 206, headers, body: { source: content.body, ...range } };
  }
  const body = { source: content.body, from: 0, to: content.size };
  if (!compresses(request, content)) return { status: 200, headers, body };
  const { ETag: _etag, 'Content-MD5': _md5, ...kept } = headers;
  const plain = content.body.read(0, content.size);
  return {
    status: 200,
    headers: { ...kept, 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' },
    body: Readable.from(plain).pipe(createGzip()) as AsyncIterable<Buffer>,
  };
}

function compresses(request: StandinRequest, { headers, size }: StoredObject): boolean {
  if (!/\bgzip\b/.test(headerOf(request, 'accept-encoding')) || headers['content-encoding'] !== undefined)
    return false;
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  return size >= GZIP_BYTES_MIN && GZIP_TYPES.has(type);
}

/** "Content-Length, ETag, and Content-MD5 … are the metadata of the target object … the others of the symbolic link." */
function headersOf(
  request: StandinRequest,
  { object, content }: Found,
  lastModified: Date,
): Record<string, string> {
  const headers: Record<string, string> = {
    'Accept-Ranges': 'bytes',
    'Content-Type': 'application/octet-stream',
    ETag: `"${content.etag}"`,
    'Last-Modified': lastModified.toUTCString(),
    'x-oss-object-type': object.type,
    'x-oss-storage-class': object.storageClass,
  };
  for (const [name, value] of Object.entries(object.headers)) headers[wireName(name)] = value;
  for (const [name, value] of Object.entries(object.meta)) headers[`x-oss-meta-${name}`] = value;
  if (object.crc64 !== undefined) headers['x-oss-hash-crc64ecma'] = object.crc64;
  if (content.contentMd5 !== undefined) headers['Content-MD5'] = content.contentMd5;
  const tagCount = Object.keys(object.tags).length;
  if (tagCount > 0) headers['x-oss-tagging-count'] = String(tagCount);
  if (object.restored) headers['x-oss-restore'] = RESTORED;
  for (const [name, header] of Object.entries(RESPONSE_OVERRIDES)) {
    const value = request.query.get(name);
    if (value !== undefined) headers[header] = value;
  }
  return headers;
}

/** Of a restored object; the listing says the same. */
export const RESTORED = 'ongoing-request="false", expiry-date="Sun, 16 Apr 2124 08:12:33 GMT"';

function wireName(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
