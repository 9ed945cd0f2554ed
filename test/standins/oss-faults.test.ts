/** Faults to order, as a client meets them on the wire, and what the stand-in has done by then. */
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault, FaultRule } from './kernel/faults.ts';
import { generatedBody } from './kernel/object.ts';
import { rawClient, type RawAnswer, type RawRequest } from './oss/raw-client.ts';
import { startOss, type OssStandin } from './oss/server.ts';

const credential = { id: 'LTAIstandin', secret: 'standin-secret' };
const body = Buffer.from('0123456789'.repeat(100));
let oss: OssStandin;
let ask: (request: RawRequest) => Promise<RawAnswer>;

beforeEach(async () => {
  oss = await startOss({ buckets: { photos: { region: 'oss-cn-hangzhou' } }, credentials: [credential] });
  ask = rawClient({ port: oss.port, bucket: 'photos', ...credential });
  await oss.seed('photos', { key: 'k', body });
});
afterEach(() => oss.close());

const put: RawRequest = { method: 'PUT', path: '/new', body };
const stored = () => oss.store('photos').get('new');

function once(fault: Fault, when: FaultRule['when'] = {}) {
  return oss.faults.add({ fault, when, times: 1 });
}

describe('a fault before the work', () => {
  it('answers an error with its headers, once, and does nothing', async () => {
    const headers = { 'x-oss-qos-delay-time': '120' };
    const rule = once({ kind: 'status', status: 503, code: 'DownloadTrafficRateLimitExceeded', headers });
    const refused = await ask(put);
    expect([refused.status, refused.headers['x-oss-qos-delay-time']]).toEqual([503, '120']);
    expect(refused.text).toContain('<Code>DownloadTrafficRateLimitExceeded</Code>');
    expect([stored(), rule.fired]).toEqual([undefined, 1]);
    expect((await ask(put)).status).toBe(200);
  });

  it('resets the connection', async () => {
    once({ kind: 'reset' });
    await expect(ask(put)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(stored()).toBeUndefined();
  });

  it('stays silent until the client gives up', async () => {
    once({ kind: 'stall' });
    await expect(giveUp(200)).resolves.toBe(0);
  });
});

describe('a fault after the work', () => {
  it.each<Fault>([{ kind: 'statusAfter', status: 500, code: 'InternalError' }])(
    'answers an error',
    async (fault) => {
      once(fault);
      expect((await ask(put)).status).toBe(500);
      expect(stored()?.size).toBe(1000);
    },
  );

  it('answers 200 with an error in the body', async () => {
    once({ kind: 'errorIn200', code: 'InternalError', done: true });
    const { status, text } = await ask(put);
    expect([status, stored()?.size]).toEqual([200, 1000]);
    expect(text).toContain('<Error><Code>InternalError</Code>');
  });

  it('loses the answer', async () => {
    once({ kind: 'resetAfter' });
    await expect(ask(put)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(stored()?.size).toBe(1000);
  });
});

describe('a fault of the body', () => {
  it('flips one bit of what is sent, and the checksum tells', async () => {
    const good = await ask({ path: '/k' });
    once({ kind: 'corrupt', atByte: 500 });
    const bad = await ask({ path: '/k' });
    expect(bad.headers['x-oss-hash-crc64ecma']).toBe(good.headers['x-oss-hash-crc64ecma']);
    expect([...bad.body.entries()].filter(([at, byte]) => byte !== good.body[at])).toEqual([[500, 0x31]]);
  });

  it('flips one bit of what is received, and the checksum is of what is stored', async () => {
    once({ kind: 'corrupt', atByte: 0 });
    const bad = await ask(put);
    const good = await ask({ ...put, path: '/other' });
    expect(bad.headers['x-oss-hash-crc64ecma']).not.toBe(good.headers['x-oss-hash-crc64ecma']);
    expect((await ask({ path: '/new' })).text.slice(0, 2)).toBe('11');
  });

  it('cuts an answer after so many bytes and closes the connection', async () => {
    once({ kind: 'truncate', afterBytes: 300 });
    await expect(ask({ path: '/k' })).rejects.toMatchObject({ code: 'ECONNRESET' });
    once({ kind: 'truncate', afterBytes: 300 });
    await expect(giveUp(20_000)).resolves.toBe(300);
  });

  it('cuts an upload, of which nothing is stored', async () => {
    once({ kind: 'truncate', afterBytes: 300 });
    await expect(ask(put)).rejects.toThrow();
    expect(stored()).toBeUndefined();
  });

  it('stops reading an upload, which is neither answered nor stored', async () => {
    once({ kind: 'stall', afterBytes: 300 });
    const refused = expect(ask(put)).rejects.toThrow();
    await expect.poll(() => oss.requestTotal()).toBe(1);
    expect(stored()).toBeUndefined();
    await oss.close();
    await refused;
  });

  it('stops in mid-body and waits', async () => {
    once({ kind: 'stall', afterBytes: 300 });
    await expect(giveUp(1_000)).resolves.toBe(300);
  });

  it('slows a body down to so many bytes a second', async () => {
    once({ kind: 'slow', bytesPerSecond: 5_000 });
    const start = performance.now();
    expect((await ask({ path: '/k' })).body).toEqual(body);
    expect(performance.now() - start).toBeGreaterThan(150);
  });
});

function signed(date: string, method = 'GET', path = '/k'): { authorization: string } {
  const signature = createHmac('sha1', credential.secret)
    .update(`${method}\n\n\n${date}\n/photos${path}`)
    .digest('base64');
  return { authorization: `OSS ${credential.id}:${signature}` };
}

/** Bytes of the body that came before the client gave up. */
function giveUp(afterMs: number): Promise<number> {
  return new Promise((resolve) => {
    let bytes = 0;
    const date = new Date().toUTCString();
    const headers = { host: 'photos.oss-cn-hangzhou.aliyuncs.com', date, ...signed(date) };
    const outgoing = request(
      { host: '127.0.0.1', port: oss.port, path: '/k', headers, agent: false },
      (response) => {
        response.on('data', (chunk: Buffer) => (bytes += chunk.length)).on('error', () => undefined);
      },
    );
    outgoing.on('error', () => undefined).on('close', () => resolve(bytes));
    outgoing.setTimeout(afterMs, () => void outgoing.destroy()).end();
  });
}

describe('the server', () => {
  it('streams a large generated object in ranges that fit together, without holding it', async () => {
    const size = 3 * 1024 ** 3;
    oss
      .store('photos')
      .put({ ...(await oss.seed('photos', { key: 'big', body: '' })), size, body: generatedBody(7, size) });
    const from = size - 100_000;
    const part = await ask({ path: '/big', headers: { range: `bytes=${String(from)}-` } });
    expect(part.headers['content-range']).toBe(`bytes ${String(from)}-${String(size - 1)}/${String(size)}`);
    expect(part.body).toEqual(
      Buffer.concat([...(generatedBody(7, size).read(from, size) as Iterable<Buffer>)]),
    );
  });

  it('answers a request whose body is longer than its Content-Length, and closes the connection', async () => {
    const date = new Date().toUTCString();
    const lines = [
      'PUT /new HTTP/1.1',
      'host: photos.oss-cn-hangzhou.aliyuncs.com',
      `date: ${date}`,
      'content-length: 4',
    ];
    const { authorization } = signed(date, 'PUT', '/new');
    const answer = await conversation(
      [...lines, `authorization: ${authorization}`, '', 'body and a surplus'].join('\r\n'),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(stored()?.size).toBe(4);
  });

  it('stores nothing when the client goes away in mid-body', async () => {
    const date = new Date().toUTCString();
    const lines = [
      'PUT /new HTTP/1.1',
      'host: photos.oss-cn-hangzhou.aliyuncs.com',
      `date: ${date}`,
      'content-length: 40',
    ];
    const { authorization } = signed(date, 'PUT', '/new');
    const answer = await conversation(
      [...lines, `authorization: ${authorization}`, '', 'short'].join('\r\n'),
      true,
    );
    expect([answer, stored()]).toEqual(['', undefined]);
  });

  it('closes with connections open', async () => {
    once({ kind: 'stall' });
    const pending = ask({ path: '/k' });
    const refused = expect(pending).rejects.toThrow();
    await expect.poll(() => oss.requestTotal()).toBe(1);
    await oss.close();
    await refused;
  });
});

/** Everything that is answered to these bytes until the connection ends. */
function conversation(bytes: string, hangUp = false): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(oss.port, '127.0.0.1', () => {
      if (hangUp) socket.end(bytes);
      else socket.write(bytes);
    });
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => {
      resolve(answer);
    });
    socket.on('error', reject);
  });
}
