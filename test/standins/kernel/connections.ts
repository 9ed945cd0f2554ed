/** Keeps connections alive past what node:http would end: a surplus behind a body must not cut off its answer. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * A client that sends more than its Content-Length makes the parser fail on the surplus. The request before
 * it is whole: it is answered, and only then the connection ends, as the services' front ends do.
 */
export function connectionCare(server: Server): void {
  const answering = new WeakMap<Duplex, ServerResponse>();
  const ending = new WeakSet<Duplex>();
  server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
    answering.set(incoming.socket, response);
    incoming.on('error', ignore);
    response.on('error', ignore);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (ending.has(socket)) return;
    const response = answering.get(socket);
    const cutShort = response && !response.writableFinished && !response.req.complete;
    if (cutShort || error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    ending.add(socket);
    if (!response || response.writableFinished) {
      return void socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    }
    if (!response.headersSent) response.shouldKeepAlive = false;
    response.once('finish', () => void socket.end());
  });
}

function ignore(): void {
  // The client is gone; whoever reads or writes this connection sees `destroyed`.
}
