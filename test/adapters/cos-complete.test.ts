/** Uploads of the largest size, and the answer to Complete, which COS takes minutes for. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { combineCrc64 } from '../../lib/core/crc64.ts';
import { COS_PARTS, OBJECT_BYTES_MAX } from '../../lib/core/parts.ts';
import type { CosObjectSink } from '../../lib/adapters/cos/object-sink.ts';
import type { MultipartUpload, Part } from '../../lib/ports/object-sink.ts';
import { periodicBody } from '../standins/kernel/object.ts';
import { COS_BUCKET, type CosHarness, openCos } from '../support/cos.ts';
import { contentOf, PLAIN } from '../ports/object-sink.harness.ts';
import { codeOf, NEVER } from '../ports/object-source.harness.ts';

const SPACES = 15;
const EVERY_MS = 60;
/** Shorter than the whole of them. */
const TIMEOUT_MS = 600;
const OVERWRITING = { forbidOverwrite: false };

let cos: CosHarness;
let sink: CosObjectSink;
beforeEach(async () => {
  cos = await openCos({ merging: { spaces: SPACES, everyMs: EVERY_MS } });
  sink = cos.sink({ timeoutMs: TIMEOUT_MS });
});
afterEach(() => cos.close());

/** `count` parts of one content, without sending them. */
async function planted(
  count: number,
  partBytes: number,
): Promise<{ upload: MultipartUpload; parts: Part[] }> {
  const upload = await sink.begin('large', PLAIN, NEVER);
  const part = await cos.standin.plantParts(COS_BUCKET, upload, { count, body: periodicBody(1, partBytes) });
  return { upload, parts: Array.from({ length: count }, (_, at) => ({ ...part, partNumber: at + 1 })) };
}

it('a Complete lasts longer than a connection may be silent', async () => {
  const { upload, parts } = await planted(2, COS_PARTS.partBytesMin);
  const written = await sink.complete(upload, parts, OVERWRITING, NEVER);
  expect(written.crc64).toBe((await sink.head('large', NEVER))?.version.crc64);
});

it('10,000 parts of 5 GiB are completed', async () => {
  sink = cos.sink({ timeoutMs: 30_000 });
  const { upload, parts } = await planted(COS_PARTS.partCountMax, COS_PARTS.partBytesMax);
  const written = await sink.complete(upload, parts, OVERWRITING, NEVER);
  let crc64 = '0';
  for (const part of parts) crc64 = combineCrc64(crc64, part.crc64 ?? '', COS_PARTS.partBytesMax);
  expect(written.crc64).toBe(crc64);
  expect((await sink.head('large', NEVER))?.version).toMatchObject({ size: OBJECT_BYTES_MAX, crc64 });
  expect(await sink.uploads('large', NEVER)).toEqual([]);
});

it('an object is not there before its parts are merged', async () => {
  const { upload, parts } = await planted(2, COS_PARTS.partBytesMin);
  const completed = sink.complete(upload, parts, OVERWRITING, NEVER);
  while (cos.standin.requests.get('CompleteMultipartUpload') === undefined)
    await new Promise((resolve) => void setImmediate(resolve));
  expect(await sink.head('large', NEVER)).toBeUndefined();
  await completed;
  expect((await sink.head('large', NEVER))?.version.size).toBe(2 * COS_PARTS.partBytesMin);
});

it('a Complete that failed behind its spaces is a failure', async () => {
  const { upload, parts } = await planted(2, COS_PARTS.partBytesMin);
  cos.standin.faults.add({
    when: { action: 'CompleteMultipartUpload' },
    times: 1,
    fault: { kind: 'errorIn200', code: 'InternalError' },
  });
  expect(await codeOf(sink.complete(upload, parts, OVERWRITING, NEVER))).toBe('unavailable');
  expect(await sink.head('large', NEVER)).toBeUndefined();
});

describe('a Complete that is broken off', () => {
  it('before it is answered is no success', async () => {
    const { upload, parts } = await planted(2, COS_PARTS.partBytesMin);
    cos.standin.faults.add({
      when: { action: 'CompleteMultipartUpload' },
      times: 1,
      fault: { kind: 'resetAfter' },
    });
    expect(await codeOf(sink.complete(upload, parts, OVERWRITING, NEVER))).toBe('unavailable');
  });

  it('by its caller ends at once', async () => {
    const { upload, parts } = await planted(2, COS_PARTS.partBytesMin);
    const stop = new AbortController();
    const reason = new Error('enough');
    const completing = sink.complete(upload, parts, OVERWRITING, stop.signal);
    stop.abort(reason);
    await expect(completing).rejects.toBe(reason);
  });
});

describe('parts beyond the limits', () => {
  it('are refused: one larger than 5 GiB, before its bytes are sent', async () => {
    const upload = await sink.begin('large', PLAIN, NEVER);
    let sentBytes = 0;
    async function* chunks() {
      const chunk = Buffer.alloc(1024 * 1024);
      for (; sentBytes <= COS_PARTS.partBytesMax; sentBytes += chunk.length)
        yield await Promise.resolve(chunk);
    }
    const content = {
      kind: 'stream',
      size: COS_PARTS.partBytesMax + 1,
      chunks: chunks(),
      destroy: () => undefined,
    } as const;
    expect(await codeOf(sink.writePart({ upload, partNumber: 1, content }, NEVER))).toBe('too_large');
    expect(sentBytes).toBeLessThan(COS_PARTS.partBytesMax / 10);
  });

  it('are refused: a number above 10,000, and all but the last below 1 MiB', async () => {
    const { upload, parts } = await planted(3, COS_PARTS.partBytesMin - 1);
    expect(await codeOf(sink.complete(upload, parts, OVERWRITING, NEVER))).toBe('invalid');
    const content = contentOf(Buffer.from('x'));
    expect(await codeOf(sink.writePart({ upload, partNumber: 10_001, content }, NEVER))).toBe('invalid');
  });
});
