import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { selfSigned } from './http-certificate.ts';
import { HOST, get, pair, patterned, text } from './http-pair.ts';
import { type Behaviour, answering, ok } from './http-server.ts';

describe('a streamed answer', () => {
  const TOTAL_BYTES = 64 * 1024 * 1024;
  const piece = patterned(1024 * 1024);

  /** Sends as fast as the reader takes it; `sent()` counts what has left. */
  function flood(): { behaviour: Behaviour; sent: () => number } {
    let sent = 0;
    const pour = async (socket: Parameters<Behaviour>[0]): Promise<void> => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${String(TOTAL_BYTES)}\r\n\r\n`);
      for (; sent < TOTAL_BYTES; sent += piece.length) {
        if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
        if (socket.destroyed) return;
      }
    };
    const behaviour = answering(({ head }, socket) => {
      if (!head.includes('/flood')) return ok('tick');
      socket.setMaxListeners(0);
      pour(socket).catch(() => undefined);
      return undefined;
    });
    return { behaviour, sent: () => sent };
  }

  it.each([false, true])('waits for its reader and arrives whole (TLS: %s)', async (secure) => {
    const { behaviour, sent } = flood();
    const tls = secure ? selfSigned(HOST) : undefined;
    const { client } = await pair(behaviour, tls ? { ca: tls.cert } : {}, tls);
    const { body } = await get(client, { path: '/flood', timeoutMs: 200 });
    if (body.kind !== 'stream') throw new Error('not a stream');
    expect(body.size).toBe(TOTAL_BYTES);
    for (let ticks = 0; ticks < 300; ticks++) await get(client);
    expect(sent()).toBeLessThan(TOTAL_BYTES / 2);
    let at = 0;
    let intact = true;
    for await (const chunk of body.chunks) {
      intact &&= chunk[0] === piece[at % piece.length];
      at += chunk.length;
    }
    expect([at, intact]).toEqual([TOTAL_BYTES, true]);
  });

  it.each([false, true])(
    'that was read slowly leaves a connection that still works (TLS: %s)',
    async (secure) => {
      const tls = secure ? selfSigned(HOST) : undefined;
      const body = 'x'.repeat(3_000_000);
      const settings = { connectionsMax: 1, ...(tls && { ca: tls.cert }) };
      const { client, server } = await pair(
        answering(() => ok(body)),
        settings,
        tls,
      );
      for (let count = 0; count < 5; count++) {
        const answer = await get(client, { timeoutMs: 1000 });
        if (answer.body.kind !== 'stream') throw new Error('not a stream');
        let bytes = 0;
        for await (const chunk of answer.body.chunks) {
          bytes += chunk.length;
          await new Promise(setImmediate);
        }
        expect(bytes).toBe(body.length);
      }
      expect(server.sockets).toHaveLength(1);
    },
  );

  it.each([false, true])(
    'holds each chunk until the next is asked for, whatever other streams do (TLS: %s)',
    async (secure) => {
      const tls = secure ? selfSigned(HOST) : undefined;
      const bytesEach = 2_000_000;
      const behaviour = answering(({ head }) => {
        const letter = /^GET \/(\w)/.exec(head)?.[1] ?? '?';
        return ok(letter.repeat(bytesEach));
      });
      const { client } = await pair(behaviour, tls ? { ca: tls.cert } : {}, tls);
      const read = async (letter: string, bytesMax: number) => {
        const { body } = await get(client, { path: `/${letter}` });
        if (body.kind !== 'stream') throw new Error('not a stream');
        let bytes = 0;
        for await (const chunk of body.chunks) {
          for (let turns = 0; turns < 3; turns++) await new Promise(setImmediate);
          expect(chunk.equals(Buffer.alloc(chunk.length, letter))).toBe(true);
          bytes += chunk.length;
          if (bytes >= bytesMax) break;
        }
        return bytes;
      };
      const lanes = ['a', 'b', 'c', 'd'].map(async (letter) => {
        expect(await read(letter, Infinity)).toBe(bytesEach);
        await read(letter.toUpperCase(), 100_000);
        expect(await read(letter, Infinity)).toBe(bytesEach);
      });
      await Promise.all(lanes);
    },
  );

  it('that is destroyed or left early frees its connection', async () => {
    const { behaviour } = flood();
    const { client, server } = await pair(behaviour, { connectionsMax: 1 });
    const first = await get(client, { path: '/flood' });
    if (first.body.kind === 'stream') first.body.chunks.destroy();
    const second = await get(client, { path: '/flood' });
    if (second.body.kind === 'stream')
      for await (const chunk of second.body.chunks) if (chunk.length > 0) break;
    expect(await text(await get(client))).toBe('tick');
    expect(server.sockets).toHaveLength(3);
  });
});

describe('over TLS', () => {
  it('the server is asked for the bucket host by name, and bodies arrive intact both ways', async () => {
    const certificate = selfSigned(HOST);
    const { client, server } = await pair(
      answering(({ body }) => Buffer.concat([Buffer.from(ok('').replace(': 0', ': 3000000')), body])),
      { ca: certificate.cert },
      certificate,
    );
    const body = patterned(3_000_000);
    const memory = Buffer.alloc(body.length);
    const answered = { bufferBytesMax: body.length, allocate: () => memory };
    for (let count = 0; count < 2; count++) {
      memory.fill(0);
      const answer = await get(client, { method: 'PUT', body, ...answered });
      expect([answer.body.kind, memory.equals(body)]).toEqual(['bytes', true]);
    }
    expect(server.sockets[0]).toMatchObject({ servername: HOST });
    expect(server.sockets).toHaveLength(1);
  });

  it('a certificate for another name is refused', async () => {
    const other = selfSigned('other.example.com');
    const { client } = await pair(
      answering(() => ok('')),
      { ca: other.cert },
      other,
    );
    const refused = { name: 'HttpConnectionError', cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } };
    await expect(get(client)).rejects.toMatchObject(refused);
  });
});
