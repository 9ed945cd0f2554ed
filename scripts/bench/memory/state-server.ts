/**
 * A state bucket whose large contents exist only as a rule: results in which every entry failed, and a key list. What
 * is written is taken and forgotten, but small objects. Prints its port.
 */
import { createHash } from 'node:crypto';
import { createCRC64 } from 'hash-wasm';
import { summarizeFailures, type FailedEntry, type Slice } from '../../../lib/core/slices.ts';
import { listen } from '../listen.ts';
import * as replies from '../replies.ts';
import type { RawRequest } from '../wire.ts';
import { COS_KEY_BYTES, longKey, OSS_KEY_BYTES } from './hostile.ts';

const REQUEST_ID = 'x-cos-request-id';
const KEPT_BYTES_MAX = 64 * 1024;
const ENTRIES = 1_000;
const crc64 = await createCRC64();
const kept = new Map<string, Buffer>();
let lists: { readonly keys: number; readonly bytes: Buffer } | undefined;

listen({ answer });

function answer(request: RawRequest, body: Buffer): Buffer[] {
  const { key, query } = replies.addressOf(request);
  if (request.method === 'GET') return read(key, query);
  if (query.has('uploads')) return document('<InitiateMultipartUploadResult><UploadId>u</UploadId>');
  if (request.method === 'POST') return document('<CompleteMultipartUploadResult><ETag>"e"</ETag>');
  if (request.method === 'DELETE') return replies.reply('204 No Content', []);
  if (body.length <= KEPT_BYTES_MAX) kept.set(key, Buffer.from(body));
  const crc = BigInt(`0x${crc64.init().update(body).digest('hex')}`);
  const etag = createHash('md5').update(body).digest('hex');
  return replies.reply('200 OK', [`ETag: "${etag}"`, `x-cos-hash-crc64ecma: ${String(crc)}`]);
}

function document(open: string): Buffer[] {
  const name = /^<(\w+)>/.exec(open)?.[1] ?? '';
  return replies.xmlReply('200 OK', REQUEST_ID, `${open}</${name}>`);
}

function read(key: string, query: URLSearchParams): Buffer[] {
  const found = kept.get(key) ?? resultAt(key) ?? keyList(key);
  if (found !== undefined) return [Buffer.from(headOf(found.length), 'latin1'), found];
  if (key !== '') return replies.errorReply('404 Not Found', REQUEST_ID, 'NoSuchKey');
  const page = { bucket: 'state', query, objects: [], truncated: false };
  return replies.xmlReply('200 OK', REQUEST_ID, replies.listXml(page));
}

function headOf(bytes: number): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${String(bytes)}\r\n${REQUEST_ID}: r\r\n\r\n`;
}

/** `…/results/<kind>/<number>/0-1000-u.json`; of the kind `long` every key is as long as COS takes them. */
function resultAt(key: string): Buffer | undefined {
  const [, kind, number] = /\/results\/(\w+)\/(\d+)-\w+\/0-1000-u\.json$/.exec(key) ?? [];
  if (number === undefined) return undefined;
  const bytes = kind === 'long' ? COS_KEY_BYTES : 60;
  const failed = Array.from({ length: ENTRIES }, (_, i): FailedEntry => {
    const entry = longKey(Number(number) * ENTRIES + i, bytes);
    const message = `GetObject of ${JSON.stringify(entry)} was refused: HTTP 403 AccessDenied`;
    const error = { code: 'ACCESS_DENIED', message, requestId: '5C3D9175B6FC201293AD4A5F' } as const;
    return { key: entry, size: 4_096, etag: '5B3C1A2E053D763E1B002CC607C5A0FE', error };
  });
  const none = { objects: 0, bytes: 0 };
  const tally = {
    ...{ copied: none, skipped: none, failed: { objects: ENTRIES, bytes: ENTRIES * 4_096 } },
    verified: { crc64: 0, size: 0 },
  };
  const slice: Slice = { name: '0-1000-u.json', from: 0, to: ENTRIES, tally, failed, failures: {} };
  return Buffer.from(JSON.stringify({ ...slice, failures: summarizeFailures(failed) }));
}

/** `…/keys-<count>.txt`: plain keys as long as OSS has them. */
function keyList(key: string): Buffer | undefined {
  const keys = Number(/\/keys-(\d+)\.txt$/.exec(key)?.[1] ?? 0);
  if (keys === 0) return undefined;
  if (lists?.keys !== keys) {
    const lines = Array.from({ length: keys }, (_, i) => Buffer.from(`${longKey(i, OSS_KEY_BYTES)}\n`));
    lists = { keys, bytes: Buffer.concat(lines) };
  }
  return lists.bytes;
}
