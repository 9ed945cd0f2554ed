/**
 * The benchmark's source: just enough OSS and S3 for reads, over synthetic objects whose number and size
 * the bucket's name tells (`small4k-20000`, `large-2x512m`, `mixed-1000`). Prints its port on stdout.
 */
import { type Content, syntheticContent } from './content.ts';
import * as replies from './replies.ts';
import { listen } from './listen.ts';
import { mixedShape } from './memory/mixed.ts';
import { headerOf, type RawRequest } from './wire.ts';

const REQUEST_ID = 'x-oss-request-id';
const NO_ID = '0'.repeat(24);
const UNITS = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const;
/** Answers to reads of whole objects up to this size are kept ready. */
const READY_BYTES_MAX = 64 * 1024;

interface Shape {
  readonly count: number;
  bytesAt(index: number): number;
  keyAt(index: number): string;
  /** Header lines of every object. */
  readonly metadata: readonly string[];
}

interface Ready {
  readonly bytes: Buffer;
  readonly idAt: number;
  readonly headBytes: number;
}

const content: Content = await syntheticContent();
const shapes = new Map<string, Shape | undefined>();
const readyAnswers = new Map<string, Ready>();

listen({ answer });

function answer(request: RawRequest): Buffer[] {
  const address = replies.addressOf(request);
  const shape = shapeOf(address.bucket);
  if (shape === undefined) return replies.errorReply('404 Not Found', REQUEST_ID, 'NoSuchBucket');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return replies.errorReply('403 Forbidden', REQUEST_ID, 'AccessDenied');
  }
  if (address.key !== '') return object(request, shape, address.key);
  return replies.bucketReply(address.query, REQUEST_ID) ?? list(address, shape);
}

function shapeOf(bucket: string): Shape | undefined {
  if (shapes.has(bucket)) return shapes.get(bucket);
  const small = /^small(\d+)([kmg])-(\d+)$/.exec(bucket);
  const mixed = /^mixed-(\d+)$/.exec(bucket);
  const large = /^large-(\d+)x(\d+)([kmg])$/.exec(bucket);
  const [count, size, unit] = small ? [small[3], small[1], small[2]] : [large?.[1], large?.[2], large?.[3]];
  const bytes = Number(size) * UNITS[unit as 'k' | 'm' | 'g'];
  const equal = { count: Number(count), bytesAt: () => bytes, keyAt: plainKey, metadata: [] };
  const shape = mixed ? mixedShape(Number(mixed[1])) : unit === undefined ? undefined : equal;
  shapes.set(bucket, shape);
  return shape;
}

function plainKey(index: number): string {
  return `object-${String(index).padStart(9, '0')}.bin`;
}

function list({ bucket, query }: replies.Address, shape: Shape): Buffer[] {
  const { prefix, after, limit } = replies.listQuery(query);
  const from = Math.max(
    firstIndex(shape, (key) => key > after),
    firstIndex(shape, (key) => key >= prefix),
  );
  const keyAt = (at: number) => shape.keyAt(at);
  const objects: replies.ListedObject[] = [];
  let index = from;
  for (; index < shape.count && objects.length < limit && keyAt(index).startsWith(prefix); index++) {
    const size = shape.bytesAt(index);
    objects.push({ key: keyAt(index), size, etag: content.etagOf(size) });
  }
  const truncated = index < shape.count && keyAt(index).startsWith(prefix);
  return replies.xmlReply('200 OK', REQUEST_ID, replies.listXml({ bucket, query, objects, truncated }));
}

/** The first index whose key passes; keys are in order, so a binary search finds it. */
function firstIndex(shape: Shape, passes: (key: string) => boolean): number {
  let from = 0;
  let to = shape.count;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (passes(shape.keyAt(middle))) to = middle;
    else from = middle + 1;
  }
  return from;
}

function object(request: RawRequest, shape: Shape, key: string): Buffer[] {
  const index = Number(/^object-(\d{9})[^/]*$/.exec(key)?.[1] ?? shape.count);
  if (index >= shape.count) return replies.errorReply('404 Not Found', REQUEST_ID, 'NoSuchKey');
  const size = shape.bytesAt(index);
  const ifMatch = headerOf(request.head, 'if-match')?.replaceAll('"', '');
  if (ifMatch !== undefined && ifMatch !== content.etagOf(size).slice(1, -1)) {
    return replies.errorReply('412 Precondition Failed', REQUEST_ID, 'PreconditionFailed');
  }
  const range = headerOf(request.head, 'range');
  const told = { size, metadata: shape.metadata };
  if (request.method === 'HEAD') return [Buffer.from(head(told, 0, size), 'latin1')];
  return range === undefined ? whole(told) : ranged(told, range);
}

interface Told {
  readonly size: number;
  readonly metadata: readonly string[];
}

function ranged(told: Told, range: string): Buffer[] {
  const { size } = told;
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)/.exec(range) ?? [];
  const from = Number(first);
  const to = last === '' ? size : Math.min(size, Number(last) + 1);
  if (from >= size) return replies.errorReply('416 Range Not Satisfiable', REQUEST_ID, 'InvalidRange');
  const status = `HTTP/1.1 206 Partial Content\r\nContent-Range: bytes ${String(from)}-${String(to - 1)}/${String(size)}`;
  const bytes = Buffer.from(head(told, from, to).replace('HTTP/1.1 200 OK', status), 'latin1');
  return [bytes, ...content.slices(from, to)];
}

function whole(told: Told): Buffer[] {
  const { size, metadata } = told;
  const text = head(told, 0, size);
  const name = `${String(size)} ${String(metadata.length)}`;
  if (size > READY_BYTES_MAX) return [Buffer.from(text, 'latin1'), ...content.slices(0, size)];
  let ready = readyAnswers.get(name);
  if (ready === undefined) {
    const bytes = Buffer.concat([Buffer.from(text, 'latin1'), ...content.slices(0, size)]);
    ready = { bytes, idAt: text.indexOf(NO_ID), headBytes: text.length };
    readyAnswers.set(name, ready);
  }
  const bytes = Buffer.allocUnsafe(ready.bytes.length);
  ready.bytes.copy(bytes);
  bytes.write(replies.requestId(), ready.idAt, 'latin1');
  return [bytes];
}

function head({ size, metadata }: Told, from: number, to: number): string {
  return [
    'HTTP/1.1 200 OK',
    'Server: AliyunOSS',
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: application/octet-stream',
    `Content-Length: ${String(to - from)}`,
    'Connection: keep-alive',
    `${REQUEST_ID}: ${NO_ID}`,
    'Accept-Ranges: bytes',
    `ETag: ${content.etagOf(size)}`,
    `Last-Modified: ${replies.LAST_MODIFIED.toUTCString()}`,
    `x-oss-object-type: ${content.etagOf(size).includes('-') ? 'Multipart' : 'Normal'}`,
    'x-oss-storage-class: Standard',
    `x-oss-hash-crc64ecma: ${content.crcOf(size)}`,
    'x-oss-server-time: 1',
    ...metadata,
    '',
    '',
  ].join('\r\n');
}
