/**
 * Small requests leave together, at the end of the event loop's turn: the first write wakes the server, the others
 * find it awake. One by one, each write would pay for waking it, which costs more than all else in a small request.
 */
import type { Socket } from 'node:net';

let waiting: (readonly [socket: Socket, bytes: Buffer])[] = [];

/** `bytes` must not change until they have left. */
export function writeSoon(socket: Socket, bytes: Buffer): void {
  if (waiting.length === 0) setImmediate(flush);
  waiting.push([socket, bytes]);
}

function flush(): void {
  const ready = waiting;
  waiting = [];
  for (const [socket, bytes] of ready) socket.write(bytes);
}
