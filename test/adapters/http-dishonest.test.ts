import { expect, it } from 'vitest';
import { HttpConnectionError } from '../../lib/adapters/http/index.ts';
import { storeCall } from '../../lib/adapters/http/store-call.ts';
import { OSS_DIALECT } from '../../lib/adapters/oss/errors.ts';
import { OssObjectSource } from '../../lib/adapters/oss/object-source.ts';
import { realClock } from '../support/oss.ts';
import { get, pair, text } from './http-pair.ts';
import { answering, ok } from './http-server.ts';

it('a connection that brought more than the answer is not used again', async () => {
  const { client, server } = await pair(answering(() => `${ok('fine')}and more`));
  for (let i = 0; i < 2; i++) expect(await text(await get(client))).toBe('fine');
  expect(server.sockets).toHaveLength(2);
});

it('a chunk that is longer than its size is an error', async () => {
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  const { client } = await pair(answering(() => `${head}4\r\nfineand more\r\n0\r\n\r\n`));
  await expect(get(client).then(text)).rejects.toBeInstanceOf(HttpConnectionError);
});

it('a redirect is no content', async () => {
  const { client } = await pair(
    answering(() => 'HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 4\r\n\r\nfine'),
  );
  const call = storeCall(client, OSS_DIALECT);
  const { signal } = new AbortController();
  const request = { method: 'GET', path: '/key', headers: [], signal, timeoutMs: 5_000 } as const;
  await expect(call(request, { operation: 'GetObject', bucket: 'photos' })).rejects.toMatchObject({
    name: 'StoreError',
    status: 302,
  });
});

it('a whole object that is answered where a part was asked for is refused', async () => {
  const { server } = await pair(answering(() => ok('the whole')));
  const source = new OssObjectSource({
    bucket: 'photos',
    region: 'oss-cn-hangzhou',
    endpoint: `http://127.0.0.1:${server.port}`,
    credentials: () => ({ id: 'id', secret: 'secret' }),
    clock: realClock,
    connectionsMax: 1,
    timeoutMs: 5_000,
  });
  const { signal } = new AbortController();
  await expect(source.read({ key: 'key', range: { from: 0, to: 3 } }, signal)).rejects.toMatchObject({
    code: 'invalid',
  });
  await source.close();
});
