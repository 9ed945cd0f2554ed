import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { HttpAbortError, HttpTimeoutError } from '../../lib/adapters/http/index.ts';
import { get, pair, text } from './http-pair.ts';
import { answering, ok } from './http-server.ts';

describe('a stall', () => {
  const half = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf';

  it.each([
    ['before the head', '', {}],
    ['in the head', 'HTTP/1.1 200', {}],
    ['in a buffered body', half, {}],
    ['in a streamed body', half, { bufferBytesMax: 0 }],
  ])('%s is a timeout', async (_, bytes, changes) => {
    const { client } = await pair(answering(() => bytes));
    const read = get(client, { timeoutMs: 100, ...changes }).then(text);
    await expect(read).rejects.toBeInstanceOf(HttpTimeoutError);
  });

  it('of the receiver of an upload is a timeout, as a Buffer and as a stream', async () => {
    const { client } = await pair((socket) => socket.pause());
    const bytes = Buffer.alloc(64 * 1024 * 1024);
    const chunks = (async function* () {
      yield await Promise.resolve(bytes);
    })();
    for (const body of [bytes, { size: bytes.length, chunks }]) {
      const put = get(client, { method: 'PUT', body, timeoutMs: 100 });
      await expect(put).rejects.toBeInstanceOf(HttpTimeoutError);
    }
  });

  it('is not seen where bytes keep moving', async () => {
    const { client } = await pair(
      answering((_, socket) => {
        let left = 12;
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n');
        const drip = setInterval(() => {
          socket.write('x');
          if (--left === 0) clearInterval(drip);
        }, 50);
        return undefined;
      }),
    );
    expect(await text(await get(client, { timeoutMs: 300 }))).toBe('x'.repeat(12));
  });
});

describe('an abort', () => {
  it('rejects what runs and what waits, and leaves no listener', async () => {
    const { client, server } = await pair(
      answering(() => undefined),
      { connectionsMax: 1 },
    );
    const control = new AbortController();
    const { signal } = control;
    const all = Promise.allSettled([get(client, { signal }), get(client, { signal })]);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    while (server.received.length === 0) await new Promise(setImmediate);
    control.abort(new Error('deadline'));
    for (const result of await all) {
      expect(result).toMatchObject({ reason: { name: 'AbortError', cause: { message: 'deadline' } } });
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await expect(get(client, { signal })).rejects.toBeInstanceOf(HttpAbortError);
  });

  it('ends a streamed answer with its error and frees the connection', async () => {
    const { client } = await pair(
      answering(({ head }) =>
        head.includes('/big') ? 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx' : ok('free'),
      ),
      { connectionsMax: 1 },
    );
    const control = new AbortController();
    const big = await get(client, { path: '/big', bufferBytesMax: 0, signal: control.signal });
    control.abort();
    await expect(text(big)).rejects.toBeInstanceOf(HttpAbortError);
    expect(await text(await get(client))).toBe('free');
  });

  it('keeps no listener on a signal shared by many finished requests', async () => {
    const { client } = await pair(answering(() => ok('')));
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 50 }, () => get(client, { signal })));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
