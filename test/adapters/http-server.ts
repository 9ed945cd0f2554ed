/** Servers that answer with the very bytes a test gives them. */
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { type TlsOptions, type TLSSocket, createServer as createTlsServer } from 'node:tls';

export interface Received {
  readonly head: string;
  readonly body: Buffer;
}

export interface TestServer {
  readonly port: number;
  readonly sockets: Socket[];
  readonly received: Received[];
  close(): void;
}

/** What happens on a connection. */
export type Behaviour = (socket: Socket, seen: Received[]) => void;

export async function serve(behaviour: Behaviour, tls?: TlsOptions): Promise<TestServer> {
  const sockets: Socket[] = [];
  const received: Received[] = [];
  const accept = (socket: Socket): void => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    behaviour(socket, received);
  };
  const server: Server = tls
    ? createTlsServer(tls, (socket: TLSSocket) => {
        accept(socket);
      })
    : createServer(accept);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (server.address() as AddressInfo).port, sockets, received, close };
}

/** Calls back for each complete request (head and Content-Length). */
export function answering(
  answer: (request: Received, socket: Socket) => string | Buffer | undefined,
): Behaviour {
  return (socket, seen) => {
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        const end = pending.indexOf('\r\n\r\n');
        if (end < 0) return;
        const head = pending.toString('latin1', 0, end);
        const bodyEnd = end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (pending.length < bodyEnd) return;
        const request = { head, body: Buffer.from(pending.subarray(end + 4, bodyEnd)) };
        pending = pending.subarray(bodyEnd);
        seen.push(request);
        const bytes = answer(request, socket);
        if (bytes !== undefined) socket.write(bytes);
      }
    });
  };
}

export function ok(body: string, ...headers: string[]): string {
  return ['HTTP/1.1 200 OK', `Content-Length: ${String(body.length)}`, ...headers, '', body].join('\r\n');
}
