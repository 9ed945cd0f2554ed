/**
 * The listing benchmark's source: a flat bucket whose keys exist only as a rule, listed with a latency per call.
 * `node bench-listing-source.js SHAPE KEYS LATENCY_MS` prints its port; it ends when its input does.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { encodeStrictly } from '../../../lib/core/keys.ts';
import { flatKeys } from './flat.ts';

const [shape = 'hex', keysText = '1000', latencyText = '0'] = process.argv.slice(2);
const count = Number(keysText);
const latencyMs = Number(latencyText);
const keys = flatKeys(shape, count);

const REST =
  '</Key><LastModified>2024-01-02T03:04:05.000Z</LastModified><ETag>"5B3C1A2E053D763E1B002CC607C5A0FE"</ETag>' +
  '<Type>Normal</Type><Size>4096</Size><StorageClass>Standard</StorageClass></Contents>';
const HEAD_END = '\r\n\r\n';

const server = createServer((socket) => {
  let head = '';
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    head += chunk.toString('latin1');
    if (!head.endsWith(HEAD_END)) return;
    const target = head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/'));
    head = '';
    setTimeout(() => {
      answer(socket, new URLSearchParams(target.slice(target.indexOf('?'))));
    }, latencyMs);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${String((server.address() as AddressInfo).port)}\n`);
});
// The parent's end of the pipe closing is the sign to stop, even when the parent was killed.
process.stdin.on('end', () => process.exit(0)).resume();

function answer(socket: Socket, query: URLSearchParams): void {
  const page = pageAfter(query.get('start-after') ?? '', Number(query.get('max-keys') ?? '1000'));
  socket.write(
    `HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nx-oss-request-id: ${'0'.repeat(24)}\r\n` +
      `Content-Length: ${String(page.length)}${HEAD_END}${page}`,
    'latin1',
  );
}

function pageAfter(after: string, keysMax: number): string {
  const from = keys.firstBehind(after);
  const to = Math.min(count, from + keysMax);
  let contents = '';
  for (let index = from; index < to; index++)
    contents += `<Contents><Key>${encodeStrictly(keys.keyAt(index))}${REST}`;
  const truncated = to < count ? 'true' : 'false';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${truncated}</IsTruncated>${contents}</ListBucketResult>`;
}
