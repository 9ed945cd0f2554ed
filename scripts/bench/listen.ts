/** Starts a raw server of the benchmarks, tells its port on stdout and its CPU time under `/.bench/cpu`. */
import type { AddressInfo } from 'node:net';
import { reply } from './replies.ts';
import { type RawHandler, rawServer } from './wire.ts';

/** A path no bucket has: the answer is `process.cpuUsage()` and the resident set. */
export const CPU_PATH = '/.bench/cpu';

export function listen(handler: RawHandler): void {
  const server = rawServer({
    ...handler,
    answer: (request, body) =>
      request.target === CPU_PATH ? reply('200 OK', [], usage()) : handler.answer(request, body),
  });
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${String((server.address() as AddressInfo).port)}\n`);
  });
  // The parent's end of the pipe closing is the sign to stop, even when the parent was killed.
  process.stdin.on('end', () => process.exit(0)).resume();
}

function usage(): string {
  const { user, system } = process.cpuUsage();
  return JSON.stringify({ cpuMicros: user + system, rssBytes: process.memoryUsage().rss });
}
