/**
 * The benchmark's sink: just enough COS and S3 for writes. It keeps the bodies of state objects, and of
 * all others the size and the CRC-64. Prints its port on stdout. An argument tells how many bytes a second it takes on
 * each connection.
 */
import { createHash } from 'node:crypto';
import { syntheticContent } from './content.ts';
import { listen } from './listen.ts';
import { ObjectStore, type Stored } from './objects.ts';
import * as replies from './replies.ts';
import { headerOf, type RawRequest } from './wire.ts';

const REQUEST_ID = 'x-cos-request-id';
/** Objects whose key holds this are kept with their bodies. */
const STATE = '.oss2cos/';
/** Larger bodies are not looked at whole; what they are is known from their size. */
const WHOLE_BYTES_MAX = 64 * 1024;
const EMPTY = Buffer.alloc(0);

interface Digest {
  readonly crc: string;
  readonly etag: string;
}

const content = await syntheticContent();
const store = new ObjectStore();
const knownDigests = new Map<number, Digest>();
const parts = new Map<string, Map<number, number>>();
let uploads = 0;

const [bytesPerSecond] = process.argv.slice(2).map(Number);
listen({ answer, reader, ...(bytesPerSecond !== undefined && { bytesPerSecond }) });

function reader(request: RawRequest) {
  if (request.bodyBytes <= WHOLE_BYTES_MAX || request.target.includes(STATE)) return undefined;
  if (request.method !== 'PUT') return undefined;
  let intact = true;
  return {
    chunk(bytes: Buffer, offset: number) {
      intact &&= sampleMatches(bytes, offset);
    },
    end: () => answer(request, EMPTY, intact),
  };
}

/** A look at the first bytes of a chunk tells parts out of place and buffers reused too early. */
function sampleMatches(bytes: Buffer, offset: number): boolean {
  const at = offset % content.block.length;
  const length = Math.min(32, bytes.length, content.block.length - at);
  return bytes.compare(content.block, at, at + length, 0, length) === 0;
}

function answer(request: RawRequest, body: Buffer, intact = true): Buffer[] {
  const address = replies.addressOf(request);
  const uploadId = address.query.get('uploadId');
  switch (request.method) {
    case 'PUT':
      if (uploadId !== null) return putPart(request, address, uploadId, intact);
      return address.key === '' ? replies.reply('200 OK', []) : put(request, address, body, intact);
    case 'POST':
      return uploadId === null ? initiate(address) : complete(address, uploadId);
    case 'DELETE':
      if (uploadId === null) store.delete(address.bucket, address.key);
      else parts.delete(uploadId);
      return replies.reply('204 No Content', [`${REQUEST_ID}: ${replies.requestId()}`]);
    default:
      return read(request, address);
  }
}

function put(request: RawRequest, { bucket, key }: replies.Address, body: Buffer, intact: boolean): Buffer[] {
  const kept = key.includes(STATE);
  const digest = body.length === request.bodyBytes ? digestOf(body) : knownDigest(request.bodyBytes);
  const crc = intact ? digest.crc : '0';
  store.put(bucket, {
    key,
    size: request.bodyBytes,
    ...digest,
    crc,
    ...(kept && { body: Buffer.from(body) }),
  });
  return [
    Buffer.from(
      `HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\nETag: ${digest.etag}\r\nServer: tencent-cos\r\n` +
        `x-cos-hash-crc64ecma: ${crc}\r\n${REQUEST_ID}: ${replies.requestId()}\r\n\r\n`,
      'latin1',
    ),
  ];
}

/** Compares first, for nearly all bodies are a piece of the known content; others are really hashed. */
function digestOf(body: Buffer): Digest {
  if (body.length <= WHOLE_BYTES_MAX && content.block.compare(body, 0, body.length, 0, body.length) === 0) {
    return knownDigest(body.length);
  }
  return { crc: content.crcOfBytes(body), etag: `"${createHash('md5').update(body).digest('hex')}"` };
}

function knownDigest(size: number): Digest {
  let digest = knownDigests.get(size);
  if (digest === undefined) {
    digest = { crc: content.crcOf(size), etag: content.etagOf(size).toLowerCase() };
    knownDigests.set(size, digest);
  }
  return digest;
}

function initiate({ bucket, key }: replies.Address): Buffer[] {
  uploads++;
  const uploadId = `upload-${String(uploads)}`;
  parts.set(uploadId, new Map());
  const xml = `<InitiateMultipartUploadResult><Bucket>${bucket}</Bucket><Key>${key}</Key><UploadId>${uploadId}</UploadId></InitiateMultipartUploadResult>`;
  return replies.xmlReply('200 OK', REQUEST_ID, xml);
}

function putPart(
  request: RawRequest,
  { query }: replies.Address,
  uploadId: string,
  intact: boolean,
): Buffer[] {
  const upload = parts.get(uploadId);
  if (upload === undefined) return replies.errorReply('404 Not Found', REQUEST_ID, 'NoSuchUpload');
  if (!intact) return replies.errorReply('400 Bad Request', REQUEST_ID, 'BadDigest');
  upload.set(Number(query.get('partNumber')), request.bodyBytes);
  const { crc, etag } = knownDigest(request.bodyBytes);
  return replies.reply('200 OK', [
    `ETag: ${etag}`,
    `x-cos-hash-crc64ecma: ${crc}`,
    `${REQUEST_ID}: ${replies.requestId()}`,
  ]);
}

function complete({ bucket, key }: replies.Address, uploadId: string): Buffer[] {
  const upload = parts.get(uploadId);
  if (upload === undefined) return replies.errorReply('404 Not Found', REQUEST_ID, 'NoSuchUpload');
  parts.delete(uploadId);
  const size = [...upload.values()].reduce((sum, bytes) => sum + bytes, 0);
  const etag = `"${createHash('md5').update(uploadId).digest('hex')}-${String(upload.size)}"`;
  const crc = content.crcOf(size);
  store.put(bucket, { key, size, crc, etag });
  const xml = `<CompleteMultipartUploadResult><Location>${bucket}</Location><Bucket>${bucket}</Bucket><Key>${key}</Key><ETag>${etag}</ETag></CompleteMultipartUploadResult>`;
  return replies.reply(
    '200 OK',
    [
      'Content-Type: application/xml',
      `x-cos-hash-crc64ecma: ${crc}`,
      `${REQUEST_ID}: ${replies.requestId()}`,
    ],
    xml,
  );
}

function read(request: RawRequest, address: replies.Address): Buffer[] {
  const { bucket, key, query } = address;
  const uploadId = query.get('uploadId');
  if (uploadId !== null) return listParts(uploadId);
  if (query.has('uploads')) return replies.xmlReply('200 OK', REQUEST_ID, '<ListMultipartUploadsResult/>');
  if (key === '') {
    const page = { bucket, query, ...store.list(bucket, replies.listQuery(query)) };
    return (
      replies.bucketReply(query, REQUEST_ID) ?? replies.xmlReply('200 OK', REQUEST_ID, replies.listXml(page))
    );
  }
  const object = store.get(bucket, key);
  if (object !== undefined) return sendObject(request, object);
  if (request.method === 'GET') return replies.errorReply('404 Not Found', REQUEST_ID, 'NoSuchKey');
  return replies.reply('404 Not Found', [`${REQUEST_ID}: ${replies.requestId()}`]);
}

function sendObject(request: RawRequest, { size, crc, etag, body }: Stored): Buffer[] {
  const head = [
    'HTTP/1.1 200 OK',
    `Content-Length: ${String(size)}`,
    `ETag: ${etag}`,
    `Last-Modified: ${replies.LAST_MODIFIED.toUTCString()}`,
    `x-cos-hash-crc64ecma: ${crc}`,
    `${REQUEST_ID}: ${replies.requestId()}`,
    '\r\n',
  ].join('\r\n');
  if (request.method === 'HEAD') return [Buffer.from(head)];
  if (headerOf(request.head, 'if-none-match') === etag) return replies.reply('304 Not Modified', []);
  return [Buffer.from(head), ...(body === undefined ? content.slices(0, size) : [body])];
}

function listParts(uploadId: string): Buffer[] {
  const upload = parts.get(uploadId);
  if (upload === undefined) return replies.errorReply('404 Not Found', REQUEST_ID, 'NoSuchUpload');
  const listed = [...upload].sort(([a], [b]) => a - b);
  const xml = listed.map(
    ([number, size]) =>
      `<Part><PartNumber>${String(number)}</PartNumber><Size>${String(size)}</Size><ETag>${knownDigest(size).etag}</ETag></Part>`,
  );
  return replies.xmlReply(
    '200 OK',
    REQUEST_ID,
    `<ListPartsResult><IsTruncated>false</IsTruncated>${xml.join('')}</ListPartsResult>`,
  );
}
