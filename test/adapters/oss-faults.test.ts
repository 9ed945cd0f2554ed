import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectSource } from '../../lib/ports/object-source.ts';
import { bytesOf, codeOf, NEVER } from '../ports/object-source.harness.ts';
import type { Fault } from '../standins/kernel/faults.ts';
import { firstOf, seededBytes } from '../support/bytes.ts';
import { errorOf } from '../support/store-error.ts';
import { until } from '../support/until.ts';
import { openOss, type OssHarness } from '../support/oss.ts';

const LARGE = 3_000_000;

describe('OSS when things go wrong', () => {
  let oss: OssHarness;
  let source: ObjectSource;
  beforeAll(async () => {
    oss = await openOss();
    source = oss.another({ timeoutMs: 300 });
    await oss.put('small "quoted"', { bytes: Buffer.from('small') });
    await oss.put('large', { bytes: seededBytes(1, LARGE) });
  });
  afterAll(() => oss.close());
  beforeEach(() => oss.standin.faults.clear());

  const fail = (fault: Fault): void => void oss.standin.faults.add({ fault });
  const readSmall = (): Promise<unknown> => source.read({ key: 'small "quoted"' }, NEVER);
  const readLarge = async (): Promise<Buffer> =>
    bytesOf((await source.read({ key: 'large' }, NEVER)).content);

  it('tells wrong keys of the account apart, and never repeats them', async () => {
    const wrong = [
      [{ id: 'test-id', secret: 'wrong-secret', securityToken: 'test+token/==' }, 'SignatureDoesNotMatch'],
      [{ id: 'nobody', secret: 'wrong-secret' }, 'InvalidAccessKeyId'],
      [{ id: 'test-id', secret: 'test-secret', securityToken: 'wrong-token' }, 'InvalidSecurityToken'],
    ] as const;
    for (const [credentials, vendorCode] of wrong) {
      const stranger = oss.another({ credentials: () => credentials });
      for (const call of [
        stranger.list({ prefix: '', after: '', keysMax: 1 }, NEVER),
        stranger.read({ key: 'small "quoted"' }, NEVER),
        stranger.head('small "quoted"', NEVER),
      ]) {
        const error = await errorOf(call);
        expect(error).toMatchObject({ code: 'denied', vendorCode, status: 403 });
        expect(error.requestId).toMatch(/^[0-9A-F]{24}$/);
        expect(error.message).not.toMatch(/secret|token\/|Signature=/);
      }
    }
  });

  it('names operation, bucket, key and the code of the vendor', async () => {
    const error = await errorOf(source.read({ key: 'no "such" key' }, NEVER));
    expect(error.message).toBe(
      'GetObject of "no \\"such\\" key" in bucket photos was answered NoSuchKey (404)',
    );
    expect(error).toMatchObject({ code: 'gone', operation: 'GetObject' });
  });

  it('tells a missing bucket from a missing object', async () => {
    const elsewhere = oss.another({ bucket: 'nowhere' });
    expect(await codeOf(elsewhere.list({ prefix: '', after: '', keysMax: 1 }, NEVER))).toBe('missing_bucket');
    expect(await codeOf(elsewhere.read({ key: 'k' }, NEVER))).toBe('missing_bucket');
    expect(await codeOf(elsewhere.head('k', NEVER))).toBe('missing_bucket');
  });

  it('hands on how long OSS asks to wait', async () => {
    fail({
      kind: 'status',
      status: 503,
      code: 'QpsLimitExceeded',
      headers: { 'x-oss-qos-delay-time': '120' },
    });
    expect(await errorOf(readSmall())).toMatchObject({ code: 'throttled', retryAfterMs: 120, status: 503 });
    expect(await errorOf(source.head('large', NEVER))).toMatchObject({
      code: 'throttled',
      retryAfterMs: 120,
    });
  });

  it('judges by its status an answer without a code of OSS', async () => {
    fail({ kind: 'status', status: 502, code: '' });
    expect(await errorOf(readSmall())).toMatchObject({ code: 'unavailable', status: 502 });
  });

  it('ends as a timeout when the answer never comes, or stops in its middle', async () => {
    fail({ kind: 'stall' });
    expect(await codeOf(readSmall())).toBe('timeout');
    expect(await codeOf(source.list({ prefix: '', after: '', keysMax: 1 }, NEVER))).toBe('timeout');
    oss.standin.faults.clear();
    fail({ kind: 'stall', afterBytes: 2 });
    expect(await codeOf(readSmall())).toBe('timeout');
    expect(await codeOf(readLarge())).toBe('timeout');
  });

  it('ends as unavailable when the connection breaks before or inside the answer', async () => {
    fail({ kind: 'reset' });
    expect(await codeOf(readSmall())).toBe('unavailable');
    oss.standin.faults.clear();
    fail({ kind: 'truncate', afterBytes: 3 });
    expect(await codeOf(readSmall())).toBe('unavailable');
    expect(await codeOf(readLarge())).toBe('unavailable');
    expect(await codeOf(source.list({ prefix: '', after: '', keysMax: 1 }, NEVER))).toBe('unavailable');
    expect(await codeOf(source.tags('large', NEVER))).toBe('unavailable');
  });

  it('ends as unavailable where nobody listens', async () => {
    const closed = await openOss();
    await closed.standin.close();
    expect(await codeOf(closed.source.head('k', NEVER))).toBe('unavailable');
    await closed.close();
  });

  it('ends at once when its signal aborts, whatever the answer does', async () => {
    const stalled = oss.standin.faults.add({ fault: { kind: 'stall', afterBytes: 2 } });
    const patient = oss.another({ timeoutMs: 60_000 });
    for (const call of [
      (signal: AbortSignal) => patient.list({ prefix: '', after: '', keysMax: 1 }, signal),
      (signal: AbortSignal) => patient.read({ key: 'small "quoted"' }, signal),
      async (signal: AbortSignal) => bytesOf((await patient.read({ key: 'large' }, signal)).content),
      (signal: AbortSignal) => patient.tags('large', signal),
    ]) {
      const reason = new Error('enough');
      const controller = new AbortController();
      const arrived = stalled.fired + 1;
      const rejected = expect(call(controller.signal)).rejects.toBe(reason);
      await until(() => stalled.fired >= arrived);
      controller.abort(reason);
      await rejected;
    }
  });

  it('frees the one connection it has when a stream is left in its middle', async () => {
    const single = oss.another({ connectionsMax: 1 });
    for (let round = 0; round < 5; round++) {
      const { content } = await single.read({ key: 'large' }, NEVER);
      if (content.kind !== 'stream') throw new Error('expected a stream');
      if (round % 2 === 0) await firstOf(content.chunks);
      else content.destroy();
    }
    expect((await single.head('large', NEVER)).size).toBe(LARGE);
  });

  it('refuses keys that are none, without a request', async () => {
    const before = oss.standin.requestTotal();
    for (const key of ['', 'half \ud800 character']) {
      expect(await codeOf(source.read({ key }, NEVER))).toBe('key_illegal');
      expect(await codeOf(source.head(key, NEVER))).toBe('key_illegal');
      expect(await codeOf(source.tags(key, NEVER))).toBe('key_illegal');
    }
    expect(await codeOf(source.list({ prefix: '\udc00', after: '', keysMax: 1 }, NEVER))).toBe('key_illegal');
    expect(oss.standin.requestTotal()).toBe(before);
  });

  it('reads with one request an object, and lists with one a page', async () => {
    oss.standin.resetCounts();
    await readSmall();
    await readLarge();
    await source.list({ prefix: '', after: '', keysMax: 1000 }, NEVER);
    expect([...oss.standin.requests.values()].reduce((sum, count) => sum + count, 0)).toBe(3);
  });
});
