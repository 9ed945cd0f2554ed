/** Starts a raw server of the benchmarks, tells its port on stdout, and what it did so far under `/.bench/done`. */
import type { AddressInfo } from 'node:net';
import { reply } from './replies.ts';
import { type RawHandler, type RawRequest, rawServer } from './wire.ts';

/** A path no bucket has: the answer is `Done`. */
export const DONE_PATH = '/.bench/done';
/** In the keys of state objects, and in no other. */
export const STATE = '.oss2cos';

export interface Done {
  readonly cpuMicros: number;
  readonly rssBytes: number;
  /** By kind: `GET`, `PUT`, `HEAD`, `LIST` and so on, and `state` for all that concern state objects. */
  readonly requests: Readonly<Record<string, number>>;
}

export function listen(handler: RawHandler): void {
  const requests: Record<string, number> = {};
  const server = rawServer({
    ...handler,
    answer: (request, body) => {
      if (request.target === DONE_PATH) return reply('200 OK', [], JSON.stringify(done(requests)));
      const kind = kindOf(request);
      requests[kind] = (requests[kind] ?? 0) + 1;
      return handler.answer(request, body);
    },
  });
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${String((server.address() as AddressInfo).port)}\n`);
  });
  // The parent's end of the pipe closing is the sign to stop, even when the parent was killed.
  process.stdin.on('end', () => process.exit(0)).resume();
}

function kindOf({ method, target }: RawRequest): string {
  if (target.includes(STATE)) return 'state';
  return method === 'GET' && target.startsWith('/?') ? 'LIST' : method;
}

function done(requests: Done['requests']): Done {
  const { user, system } = process.cpuUsage();
  return { cpuMicros: user + system, rssBytes: process.memoryUsage().rss, requests };
}
