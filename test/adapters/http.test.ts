import { describe, expect, it } from 'vitest';
import { HttpConnectionError } from '../../lib/adapters/http/index.ts';
import { HOST, get, pair, patterned, text } from './http-pair.ts';
import { answering, ok } from './http-server.ts';

describe('connections', () => {
  it('serve 100 sequential requests over one', async () => {
    const { client, server } = await pair(answering(() => ok('hello')));
    for (let count = 0; count < 100; count++) expect(await text(await get(client))).toBe('hello');
    expect(server.sockets).toHaveLength(1);
  });

  it('are never more than connectionsMax, and every request is answered', async () => {
    const { client, server } = await pair(answering(({ head }) => ok(head.split(' ')[1] ?? '')));
    const paths = Array.from({ length: 200 }, (_, at) => `/${String(at)}`);
    const answers = await Promise.all(paths.map(async (path) => text(await get(client, { path }))));
    expect(answers).toEqual(paths);
    expect(server.sockets).toHaveLength(4);
  });

  it('that the server closes under a request fail it, and the next request gets a new one', async () => {
    const { client, server } = await pair(
      answering((_, socket) => {
        if (server.received.length !== 2) return ok('fine');
        socket.destroy();
        return undefined;
      }),
    );
    await get(client);
    await expect(get(client)).rejects.toBeInstanceOf(HttpConnectionError);
    expect(await text(await get(client))).toBe('fine');
    expect(server.sockets).toHaveLength(2);
  });

  it('are not used again after `Connection: close`', async () => {
    const { client, server } = await pair(answering(() => ok('bye', 'Connection: close')));
    await get(client);
    await get(client);
    expect(server.sockets).toHaveLength(2);
  });

  it('that are refused fail every waiting request with the cause', async () => {
    const { client, server } = await pair(
      answering(() => ok('')),
      { connectionsMax: 2 },
    );
    server.close();
    const results = await Promise.allSettled([
      get(client),
      get(client),
      get(client),
      get(client),
      get(client),
    ]);
    for (const result of results) {
      expect(result).toMatchObject({
        reason: { name: 'HttpConnectionError', cause: { code: 'ECONNREFUSED' } },
      });
    }
  });
});

describe('a request', () => {
  it('carries its path untouched, and the Host of the bucket to an address', async () => {
    const { client, server } = await pair(answering(() => ok('')));
    const path = '//a//b/../c/./%2B+%E4%BD%A0?versions&x=%20';
    await get(client, { path, headers: ['If-Match', '"ETAG"'] });
    expect(server.received[0]?.head).toBe(`GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nIf-Match: "ETAG"`);
  });

  it('with a header that would break out of its line is refused, and harms no other', async () => {
    const { client, server } = await pair(answering(() => ok('fine')));
    await get(client);
    await expect(get(client, { headers: ['a', 'b\r\nc: d'] })).rejects.toBeInstanceOf(TypeError);
    await expect(get(client, { path: '/a b' })).rejects.toBeInstanceOf(TypeError);
    expect(await text(await get(client))).toBe('fine');
    expect(server.sockets).toHaveLength(1);
  });

  it.each([0, 1, 4096, 100_000, 3_000_000])('delivers a body of %i bytes in every form', async (size) => {
    const { client, server } = await pair(answering(() => ok('')));
    const body = patterned(size);
    const half = Math.floor(size / 2);
    const halves = [body.subarray(0, half), body.subarray(half)];
    const chunks = (async function* () {
      for (const part of halves) yield await Promise.resolve(part);
    })();
    for (const form of [body, halves, { size, chunks }]) await get(client, { method: 'PUT', body: form });
    expect(server.received.map((received) => received.body.equals(body))).toEqual([true, true, true]);
    expect(server.sockets).toHaveLength(1);
  });

  it.each([3, 5])('whose stream gives %i bytes instead of 4 fails and is never complete', async (bytes) => {
    const { client, server } = await pair(answering(() => ok('')));
    const chunks = (async function* () {
      yield await Promise.resolve(Buffer.alloc(bytes));
    })();
    const failed = get(client, { method: 'PUT', body: { size: 4, chunks } });
    await expect(failed).rejects.toBeInstanceOf(RangeError);
    expect(server.received).toHaveLength(0);
  });

  it('that is answered before its body has left gets the answer; the connection is not used again', async () => {
    const { client, server } = await pair((socket) => {
      socket.once('data', () => socket.pause().write(ok('too large')));
    });
    const body = Buffer.alloc(64 * 1024 * 1024);
    expect(await text(await get(client, { method: 'PUT', body }))).toBe('too large');
    expect(await text(await get(client))).toBe('too large');
    expect(server.sockets).toHaveLength(2);
  });
});

describe('closing', () => {
  it('fails what is in flight and refuses what comes later', async () => {
    const { client } = await pair(answering(() => undefined));
    const open = get(client);
    await client.close();
    await expect(open).rejects.toBeInstanceOf(HttpConnectionError);
    await expect(get(client)).rejects.toBeInstanceOf(HttpConnectionError);
  });
});
