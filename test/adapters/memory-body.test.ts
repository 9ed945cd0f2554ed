import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, crc64Of, HeldBody, joined, type MemoryBody } from '../../lib/adapters/memory/body.ts';
import { contentBody, memoryContent } from '../../lib/adapters/memory/content.ts';
import { periodicBody } from '../../lib/adapters/memory/periodic.ts';
import { combineCrc64 } from '../../lib/core/crc64.ts';
import { OBJECT_BYTES_MAX } from '../../lib/core/parts.ts';
import { collected, seededBytes } from '../support/bytes.ts';
import { CALM } from '../support/workshop.ts';

const MiB = 1024 * 1024;
const RUNS = { numRuns: 50 };
const held = fc.nat(3_000).map((size) => new HeldBody(seededBytes(size + 1, size)));
const described = fc
  .tuple(fc.nat(3), fc.nat(3 * MiB), fc.nat(3 * MiB))
  .map(([seed, size, from]) => periodicBody(seed, size).slice(from, from + 2 * MiB));
const pieces = fc.array(fc.oneof(held, described), { maxLength: 4 });
const ends = fc.tuple(fc.nat(5 * MiB), fc.nat(5 * MiB));

describe('a body in memory', () => {
  it('has the CRC-64 of its bytes, whatever it is made of and wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, ends, async (bodies, [from, to]) => {
        const whole = joined(bodies);
        const bytes = Buffer.concat(bodies.map(bytesOf));
        expect(whole.size).toBe(bytes.length);
        const cut = whole.slice(from, to);
        const expected = bytes.subarray(from, to);
        expect(cut.size).toBe(expected.length);
        expect(bytesOf(cut).equals(expected)).toBe(true);
        expect(await cut.crc64()).toBe(await crc64Of(expected));
      }),
      RUNS,
    );
  });

  it('is told from another by its digest', () => {
    const bodies = [
      periodicBody(1, 5 * MiB),
      periodicBody(2, 5 * MiB),
      periodicBody(1, 5 * MiB + 1),
      periodicBody(1, 5 * MiB).slice(1, 5 * MiB),
      joined([periodicBody(1, 5), periodicBody(2, 5)]),
      joined([periodicBody(2, 5), periodicBody(1, 5)]),
    ];
    expect(new Set(bodies.map((body) => body.digest().toString('hex'))).size).toBe(bodies.length);
  });
});

describe('a described body', () => {
  it('of the largest size tells the CRC-64 of every range, in agreement with that of the whole', async () => {
    const whole = periodicBody(7, OBJECT_BYTES_MAX);
    const range = fc.tuple(fc.nat(OBJECT_BYTES_MAX), fc.nat(OBJECT_BYTES_MAX));
    await fc.assert(
      fc.asyncProperty(range, async ([a, b]) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        let crc64 = await whole.slice(0, from).crc64();
        for (const piece of [whole.slice(from, to), whole.slice(to, OBJECT_BYTES_MAX)])
          crc64 = combineCrc64(crc64, await piece.crc64(), piece.size);
        expect(crc64).toBe(await whole.crc64());
      }),
      RUNS,
    );
  });

  it('has no two parts alike, of whatever length parts are', async () => {
    for (const partBytes of [1, 8, 1_024, 5_120].map((count) => count * MiB)) {
      const whole = periodicBody(1, 300 * partBytes);
      const sums = new Set<string>();
      for (let at = 0; at < whole.size; at += partBytes)
        sums.add(await whole.slice(at, at + partBytes).crc64());
      expect(sums.size).toBe(300);
    }
  });

  it('is one description again when its parts are joined in order, and only then', () => {
    const whole = periodicBody(3, 10 * MiB);
    const [first, second] = [whole.slice(0, 4 * MiB), whole.slice(4 * MiB, 10 * MiB)];
    expect(joined([first, second])).toEqual(whole);
    expect(joined([second, first])).not.toEqual(whole);
    expect(joined([first, periodicBody(4, 10 * MiB).slice(4 * MiB, 10 * MiB)])).not.toEqual(whole);
  });

  it('too large for memory gives no bytes', () => {
    expect(() => bytesOf(periodicBody(1, OBJECT_BYTES_MAX))).toThrow(RangeError);
  });
});

describe('a content', () => {
  const options = { bufferedBytesMax: 0, signal: CALM };
  const streamed = (body: MemoryBody, signal = CALM) => {
    const content = memoryContent(body, { ...options, signal });
    if (content.kind !== 'stream') throw new TypeError('the content is not streamed');
    return content;
  };

  it('that nobody touched is taken as the body it is, once', async () => {
    const body = periodicBody(1, OBJECT_BYTES_MAX);
    const content = streamed(body);
    expect(await contentBody(content, CALM)).toBe(body);
    expect(await contentBody(content, CALM)).toBeUndefined();
  });

  it('whose chunks were exchanged on the way is what they say, not what was read', async () => {
    const content = streamed(periodicBody(1, 100_000));
    async function* flipped() {
      for await (const chunk of content.chunks) yield Buffer.from(chunk).fill(0, 0, 1);
    }
    const taken = await contentBody({ ...content, chunks: flipped() }, CALM);
    expect(taken?.size).toBe(100_000);
    expect(await taken?.crc64()).not.toBe(await periodicBody(1, 100_000).crc64());
  });

  it('that was read before, destroyed, or aborted is not taken', async () => {
    const body = new HeldBody(seededBytes(1, 200_000));
    const read = streamed(body);
    expect((await collected(read.chunks)).equals(body.bytes())).toBe(true);
    const destroyed = streamed(body);
    destroyed.destroy();
    for (const content of [read, destroyed]) expect(await contentBody(content, CALM)).toBeUndefined();
    const reason = new Error('enough');
    const stop = new AbortController();
    const aborted = streamed(body, stop.signal);
    stop.abort(reason);
    await expect(contentBody(aborted, CALM)).rejects.toBe(reason);
    await expect(collected(aborted.chunks)).rejects.toBe(reason);
  });

  it('of another size than it says is not taken', async () => {
    const content = streamed(periodicBody(1, 100_000));
    expect(await contentBody({ ...content, size: 100_001 }, CALM)).toBeUndefined();
  });
});
