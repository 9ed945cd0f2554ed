import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineCrc64, startCrc64 } from '../../lib/core/crc64.ts';

async function crc64(...pieces: readonly Uint8Array[]): Promise<string> {
  const crc = await startCrc64();
  for (const piece of pieces) crc.update(piece);
  return crc.digest();
}

describe('the CRC-64', () => {
  it('of 123456789 is the one that both stores answer', async () => {
    expect(await crc64(Buffer.from('123456789'))).toBe('11051210869376104954');
  });

  it('of nothing is 0', async () => {
    expect(await crc64()).toBe('0');
  });

  it('does not mix sums that are under way at the same time', async () => {
    const [a, b] = [await startCrc64(), await startCrc64()];
    a.update(Buffer.from('1234'));
    b.update(Buffer.from('other'));
    a.update(Buffer.from('56789'));
    expect([a.digest(), b.digest()]).toEqual(['11051210869376104954', await crc64(Buffer.from('other'))]);
  });

  it('of a whole follows from those of its pieces, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat(400), async (bytes, at) => {
        const cut = Math.min(at, bytes.length);
        const [head, tail] = [bytes.subarray(0, cut), bytes.subarray(cut)];
        const combined = combineCrc64(await crc64(head), await crc64(tail), tail.length);
        expect(combined).toBe(await crc64(bytes));
        expect(await crc64(head, tail)).toBe(combined);
      }),
    );
  });

  it('of pieces of gigabytes can be combined', () => {
    const zeros = (crc: string, bytes: number) => combineCrc64(crc, '0', bytes);
    const twice = zeros(zeros('12345', 5 * 1024 ** 3), 5 * 1024 ** 3);
    expect(zeros('12345', 10 * 1024 ** 3)).toBe(twice);
  });
});
