import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectSink } from '../../lib/ports/object-sink.ts';
import { contentOf, PLAIN, streamOf, writeOf } from '../ports/object-sink.harness.ts';
import { codeOf, NEVER } from '../ports/object-source.harness.ts';
import type { Fault } from '../standins/kernel/faults.ts';
import { errorOf } from '../support/store-error.ts';
import { until } from '../support/until.ts';
import { openCos, type CosHarness } from '../support/cos.ts';
import { seededBytes } from '../support/bytes.ts';

const JSON_TYPE = { contentType: 'application/json' };
const SMALL = Buffer.from('small');
const LARGE = seededBytes(1, 3_000_000);

describe('COS when things go wrong', () => {
  let cos: CosHarness;
  let sink: ObjectSink;
  beforeAll(async () => {
    cos = await openCos();
    sink = cos.sink({ timeoutMs: 300 });
    await sink.write(writeOf('there', SMALL), NEVER);
  });
  afterAll(() => cos.close());
  beforeEach(() => cos.standin.faults.clear());

  const fail = (fault: Fault, action?: string): void =>
    void cos.standin.faults.add({ fault, ...(action === undefined ? {} : { when: { action } }) });
  const everyCall = (target: ObjectSink): readonly (() => Promise<unknown>)[] => [
    () => target.list({ prefix: '', after: '', keysMax: 1 }, NEVER),
    () => target.head('there', NEVER),
    () => target.write(writeOf('k', SMALL), NEVER),
    () => target.begin('k', PLAIN, NEVER),
    () =>
      target.writePart(
        { upload: { key: 'k', uploadId: 'u' }, partNumber: 1, content: contentOf(SMALL) },
        NEVER,
      ),
    () =>
      target.complete(
        { key: 'k', uploadId: 'u' },
        [{ partNumber: 1, etag: 'e' }],
        { forbidOverwrite: false },
        NEVER,
      ),
    () => target.abort({ key: 'k', uploadId: 'u' }, NEVER),
    () => target.remove('k', NEVER),
    () => target.versioning(NEVER),
  ];

  it('is denied to wrong keys in every call, and never repeats them', async () => {
    const stranger = cos.sink({
      credentials: () => ({ id: 'test-id', secret: 'wrong-secret', securityToken: 'test+token/==' }),
    });
    for (const call of everyCall(stranger)) {
      const error = await errorOf(call());
      expect(error).toMatchObject({ code: 'denied', status: 403 });
      expect(error.message).not.toMatch(/secret|token\/|q-signature/);
      expect(error.requestId).toBeTruthy();
    }
    const nobody = cos.sink({ credentials: () => ({ id: 'nobody', secret: 'wrong-secret' }) });
    expect(await errorOf(nobody.versioning(NEVER))).toMatchObject({
      code: 'denied',
      vendorCode: 'InvalidAccessKeyId',
    });
    const mistaken = await errorOf(stranger.write(writeOf('a "k"', SMALL), NEVER));
    expect(mistaken.message).toBe(
      'PutObject of "a \\"k\\"" in bucket photos-1250000000 was answered SignatureDoesNotMatch (403)',
    );
  });

  it('is asked with keys that are read anew at every request', async () => {
    let reads = 0;
    const credentials = () => ({
      id: 'test-id',
      secret: reads++ === 0 ? 'old' : 'test-secret',
      securityToken: 'test+token/==',
    });
    const rotating = cos.sink({ credentials });
    expect(await codeOf(rotating.head('there', NEVER))).toBe('denied');
    expect((await rotating.head('there', NEVER))?.version.size).toBe(5);
    expect((await rotating.write(writeOf('there', SMALL), NEVER)).crc64).toBeDefined();
  });

  it('tells a missing bucket', async () => {
    const elsewhere = cos.sink({ bucket: 'nowhere-1250000000' });
    expect(await codeOf(elsewhere.list({ prefix: '', after: '', keysMax: 1 }, NEVER))).toBe('missing_bucket');
    expect(await codeOf(elsewhere.write(writeOf('k', SMALL), NEVER))).toBe('missing_bucket');
    expect(await codeOf(elsewhere.remove('k', NEVER))).toBe('missing_bucket');
    expect(await codeOf(cos.state({ bucket: 'nowhere-1250000000' }).get('k', NEVER))).toBe('missing_bucket');
  });

  it('is throttled, with the time it asks to wait', async () => {
    fail({ kind: 'status', status: 503, code: 'SlowDown', headers: { 'Retry-After': '2' } });
    expect(await errorOf(sink.write(writeOf('k', LARGE), NEVER))).toMatchObject({
      code: 'throttled',
      retryAfterMs: 2000,
    });
    expect(await codeOf(sink.list({ prefix: '', after: '', keysMax: 1 }, NEVER))).toBe('throttled');
    expect(await codeOf(sink.head('there', NEVER))).toBe('throttled');
  });

  it('ends as a timeout in every call that is never answered', async () => {
    fail({ kind: 'stall' });
    await Promise.all(everyCall(sink).map(async (call) => expect(await codeOf(call())).toBe('timeout')));
  });

  it('ends as unavailable when the connection breaks, in every call', async () => {
    fail({ kind: 'reset' });
    for (const call of everyCall(sink)) expect(await codeOf(call())).toBe('unavailable');
  });

  it('is not taken in by an error that comes as 200', async () => {
    const upload = await sink.begin('in-200', PLAIN, NEVER);
    const part = await sink.writePart({ upload, partNumber: 1, content: contentOf(SMALL) }, NEVER);
    fail({ kind: 'errorIn200', code: 'InternalError' }, 'CompleteMultipartUpload');
    const completing = sink.complete(upload, [part], { forbidOverwrite: false }, NEVER);
    expect(await errorOf(completing)).toMatchObject({
      code: 'unavailable',
      vendorCode: 'InternalError',
      status: 200,
    });
    expect(await cos.held('in-200')).toBeUndefined();
    cos.standin.faults.clear();
    await sink.complete(upload, [part], { forbidOverwrite: false }, NEVER);
    expect((await cos.held('in-200'))?.bytes.equals(SMALL)).toBe(true);
  });

  it('answers the CRC-64 of what it stored, also where that is not what was sent', async () => {
    const sent = await sink.write(writeOf('flipped', LARGE), NEVER);
    fail({ kind: 'corrupt', atByte: 1_000_000 });
    const stored = await sink.write(writeOf('flipped', LARGE, { content: streamOf(LARGE) }), NEVER);
    expect(stored.crc64).not.toBe(sent.crc64);
  });

  it('ends at once when its signal aborts', async () => {
    const stalled = cos.standin.faults.add({ fault: { kind: 'stall' } });
    const patient = cos.sink({ timeoutMs: 60_000 });
    const state = cos.state({ timeoutMs: 60_000 });
    for (const call of [
      (signal: AbortSignal) => patient.list({ prefix: '', after: '', keysMax: 1 }, signal),
      (signal: AbortSignal) => patient.head('there', signal),
      (signal: AbortSignal) => patient.write(writeOf('k', LARGE, { content: streamOf(LARGE) }), signal),
      (signal: AbortSignal) => patient.remove('k', signal),
      (signal: AbortSignal) => state.get('k', signal),
      (signal: AbortSignal) => state.put('k', 'x', JSON_TYPE, signal),
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

  it('takes one request for a write, a listed page and each step of an upload', async () => {
    cos.standin.resetCounts();
    await sink.write(writeOf('counted', LARGE, { content: streamOf(LARGE), forbidOverwrite: true }), NEVER);
    const upload = await sink.begin('counted', PLAIN, NEVER);
    const part = await sink.writePart({ upload, partNumber: 1, content: contentOf(LARGE) }, NEVER);
    await sink.complete(upload, [part], { forbidOverwrite: false }, NEVER);
    await sink.list({ prefix: '', after: '', keysMax: 1000 }, NEVER);
    await sink.remove('counted', NEVER);
    expect(cos.standin.requestTotal()).toBe(6);
  });
});
