/**
 * The listing benchmark's source: a flat bucket whose keys exist only as a rule, listed with a latency per call.
 * `node bench-listing-source.js SHAPE KEYS LATENCY_MS` prints its port; when its input ends, the
 * CPU seconds it took, and it ends too.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { flatKeys } from './flat.ts';
import { pageAfter } from './page.ts';

const [shape = 'hex', keysText = '1000', latencyText = '0'] = process.argv.slice(2);
const latencyMs = Number(latencyText);
const keys = flatKeys(shape, Number(keysText));

const HEAD_END = '\r\n\r\n';

process.stdout.on('error', () => process.exit(1));
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
process.stdin
  .on('end', () => {
    const { user, system } = process.cpuUsage();
    process.stdout.write(`${String((user + system) / 1e6)}\n`, () => process.exit(0));
  })
  .resume();

function answer(socket: Socket, query: URLSearchParams): void {
  const page = pageAfter(keys, query.get('start-after') ?? '', Number(query.get('max-keys') ?? '1000'));
  const bytes = page.reduce((sum, piece) => sum + piece.length, 0);
  socket.cork();
  socket.write(
    `HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nx-oss-request-id: ${'0'.repeat(24)}\r\n` +
      `Content-Length: ${String(bytes)}${HEAD_END}`,
    'latin1',
  );
  for (const piece of page) socket.write(piece, 'latin1');
  socket.uncork();
}
