import { describe, expect, it } from 'vitest';
import { HttpConnectionError } from '../../lib/adapters/http/index.ts';
import { get, pair, text } from './http-pair.ts';
import { answering, ok } from './http-server.ts';

describe('an answer', () => {
  it('of HEAD, 204 and 304 has no body and keeps the connection', async () => {
    const heads = ['200 OK\r\nContent-Length: 99', '204 No Content', '304 Not Modified\r\nContent-Length: 7'];
    const { client, server } = await pair(answering(() => `HTTP/1.1 ${heads.shift() ?? ''}\r\n\r\n`));
    const head = await get(client, { method: 'HEAD' });
    expect([head.header('content-length'), await text(head)]).toEqual(['99', '']);
    expect((await get(client)).status).toBe(204);
    expect((await get(client)).status).toBe(304);
    expect(server.sockets).toHaveLength(1);
  });

  it('tells its headers by lower-case name', async () => {
    const { client } = await pair(answering(() => ok('', 'ETag: "A"', 'x-oss-meta-Name:  b:c ')));
    const response = await get(client);
    expect(response.header('x-oss-meta-name')).toBe('b:c');
    expect(response.header('meta-name')).toBeUndefined();
    const all = [
      ['content-length', '0'],
      ['etag', '"A"'],
      ['x-oss-meta-name', 'b:c'],
    ];
    expect([...response.headers()]).toEqual(all);
  });

  const chunked =
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n \r\n5\r\nworld\r\n0\r\nA: b\r\n\r\n';
  it.each([
    ['in chunks', chunked, 'hello world'],
    ['with a length', ok('hello world'), 'hello world'],
    [
      'behind interim ones',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n${ok('x')}`,
      'x',
    ],
  ])('%s may arrive byte by byte, and the connection serves the next request', async (_, bytes, body) => {
    const { client, server } = await pair(
      answering((__, socket) => {
        socket.setNoDelay();
        for (const byte of bytes) socket.write(byte);
        return undefined;
      }),
    );
    for (let count = 0; count < 3; count++) expect(await text(await get(client))).toBe(body);
    expect(server.sockets).toHaveLength(1);
  });

  it('without a length ends with the connection', async () => {
    const { client } = await pair(
      answering((_, socket) => {
        socket.end('HTTP/1.0 200 OK\r\n\r\nall of it');
        return undefined;
      }),
    );
    expect(await text(await get(client))).toBe('all of it');
  });

  it('is put where the caller has memory for it', async () => {
    const { client } = await pair(answering(() => ok('x'.repeat(200_000))));
    const memory = Buffer.alloc(300_000);
    const allocate = (bytes: number) => memory.subarray(0, bytes);
    const { body } = await get(client, { allocate, bufferBytesMax: 200_000 });
    if (body.kind !== 'bytes') throw new Error('a stream');
    expect([body.bytes.length, body.bytes.buffer === memory.buffer]).toEqual([200_000, true]);
    expect(memory.toString('latin1', 0, 200_001)).toBe(`${'x'.repeat(200_000)}\0`);
    expect((await get(client, { allocate, bufferBytesMax: 199_999 })).body.kind).toBe('stream');
  });

  it.each(['HTTP/1.1 200 OK\r\nContent-Length: -1', 'SSH-2.0', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip'])(
    'that is no proper HTTP (%s) is a connection error',
    async (head) => {
      const { client } = await pair(answering(() => `${head}\r\n\r\n`));
      await expect(get(client)).rejects.toBeInstanceOf(HttpConnectionError);
    },
  );

  it.each([0, 2 ** 20])(
    'shorter than its Content-Length is an error (buffered up to %i)',
    async (bufferBytesMax) => {
      const short = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nonly';
      const { client } = await pair(
        answering((_, socket) => {
          socket.end(short);
          return undefined;
        }),
      );
      const read = get(client, { bufferBytesMax }).then(text);
      await expect(read).rejects.toBeInstanceOf(HttpConnectionError);
    },
  );

  it('cut off in its chunks is an error', async () => {
    const { client } = await pair(
      answering((_, socket) => {
        socket.end(chunked.slice(0, -4));
        return undefined;
      }),
    );
    await expect(get(client).then(text)).rejects.toBeInstanceOf(HttpConnectionError);
  });

  it('that never comes because of a reset is an error with its cause', async () => {
    const { client } = await pair(
      answering((_, socket) => {
        socket.resetAndDestroy();
        return undefined;
      }),
    );
    const reset = { name: 'HttpConnectionError', cause: { code: 'ECONNRESET' } };
    await expect(get(client)).rejects.toMatchObject(reset);
  });
});
