/** A pipelining client that only counts answer bytes: next to no cost of its own, so that it measures the server. */
import { once } from 'node:events';
import { connect } from 'node:net';

export interface Load {
  readonly port: number;
  readonly request: Buffer;
  readonly requests: number;
  readonly connections: number;
  /** Requests in flight on each connection. */
  readonly depth: number;
}

/** Sends so many equal requests and returns how many were answered. All answers must be of one length. */
export async function rawLoad(load: Load): Promise<number> {
  const answerBytes = await oneAnswer(load);
  const each = Math.ceil(load.requests / load.connections);
  const lanes = Array.from({ length: load.connections }, () =>
    lane({ ...load, requests: each }, answerBytes),
  );
  await Promise.all(lanes);
  return each * load.connections;
}

/** The length of one answer: head and Content-Length. */
async function oneAnswer({ port, request }: Load): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  socket.write(request);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  const head = chunk.toString('latin1', 0, chunk.indexOf('\r\n\r\n'));
  if (!head.startsWith('HTTP/1.1 200')) throw new Error(head);
  return head.length + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1]);
}

function lane({ port, request, requests, depth }: Load, answerBytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let received = 0;
    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(256 * 1024),
        callback: (bytes) => {
          received += bytes;
          if (received >= requests * answerBytes) socket.end(resolve);
          else refill();
          return true;
        },
      },
    });
    const batch = Buffer.concat(Array.from({ length: depth }, () => request));
    const refill = (): void => {
      const free = Math.min(depth - (sent - Math.floor(received / answerBytes)), requests - sent);
      if (free < Math.min(depth / 2, requests - sent) || free === 0) return;
      sent += free;
      socket.write(batch.subarray(0, free * request.length));
    };
    socket.on('error', reject);
    socket.once('connect', refill);
  });
}
