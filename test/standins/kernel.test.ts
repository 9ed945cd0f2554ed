/** The kernel of the stand-ins: bodies, stores, pages, checksums and the wire, without a server. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc64OfBody, loadCrc64 } from './kernel/crc64.ts';
import { headerBytes, headerText, parseTarget, ServiceError } from './kernel/http.ts';
import { listPage } from './kernel/listing.ts';
import { fileBody, generatedBody, memoryBody, type Body, type StoredObject } from './kernel/object.ts';
import { receive } from './kernel/receive.ts';
import { compareUtf8, memoryStore } from './kernel/store.ts';
import { errorXml } from './kernel/xml.ts';

const RUNS = { seed: 20261120, numRuns: 200 } as const;
const KB64 = 64 * 1024;

async function bytesOf(body: Body, from = 0, to = body.size): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body.read(from, to)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function object(key: string): StoredObject {
  const nothing = { crc64: undefined, contentMd5: undefined, headers: {}, meta: {}, tags: {} };
  const body = memoryBody(Buffer.alloc(0));
  return {
    key,
    size: 0,
    etag: '',
    lastModified: new Date(0),
    type: 'Normal',
    storageClass: 'Standard',
    body,
    ...nothing,
  };
}

describe('bodies', () => {
  it('give any range of the same bytes, from memory, file and generator', async () => {
    const size = 700_001;
    const whole = await bytesOf(generatedBody(42, size));
    const directory = await mkdtemp(join(tmpdir(), 'standin-'));
    await writeFile(join(directory, 'body'), whole);
    const bodies = [memoryBody(whole), fileBody(join(directory, 'body'), size), generatedBody(42, size)];
    const range = fc
      .tuple(fc.nat(size), fc.nat(size))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    const property = fc.asyncProperty(range, fc.constantFrom(...bodies), async ([from, to], body) => {
      expect((await bytesOf(body, from, to)).equals(whole.subarray(from, to))).toBe(true);
    });
    await fc.assert(property, { ...RUNS, numRuns: 60 });
    await rm(directory, { recursive: true });
  });

  it('that are generated differ in every 64 KiB block and for every seed', async () => {
    const blocks = new Set<string>();
    for (const seed of [0, 1, 2]) {
      const bytes = await bytesOf(generatedBody(seed, 100 * KB64));
      for (let at = 0; at < bytes.length; at += KB64) blocks.add(bytes.subarray(at, at + 32).toString('hex'));
    }
    expect(blocks.size).toBe(300);
  });

  it('that are generated can be read behind 4 GiB at once', async () => {
    const size = 6 * 1024 ** 3;
    const late = await bytesOf(generatedBody(1, size), size - 10, size);
    const early = await bytesOf(generatedBody(1, size), size - 4 * 1024 ** 3 - 10, size - 4 * 1024 ** 3);
    expect([late.length, late.equals(early)]).toEqual([10, false]);
  });
});

describe('received bodies', () => {
  it.each(['memory', 'file', 'nowhere'])('are counted and checksummed, kept in %s', async (place) => {
    const crc64 = await loadCrc64();
    const directory = place === 'file' ? await mkdtemp(join(tmpdir(), 'standin-')) : undefined;
    const received = await receive(chunked('1234', '56789'), {
      crc64,
      directory,
      discard: place === 'nowhere',
    });
    expect([received.size, received.crc64]).toEqual([9, '11051210869376104954']);
    expect(received.md5.toString('hex')).toBe('25f9e794323b453885f5181f1b624d0b');
    if (place === 'nowhere') expect(() => received.body.read(0, 9)).toThrow('discarded');
    else expect(String(await bytesOf(received.body))).toBe('123456789');
    if (directory) await rm(directory, { recursive: true });
  });

  it('leave no file behind when the client goes away', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'standin-'));
    const crc64 = await loadCrc64();
    await expect(receive(broken(), { crc64, directory })).rejects.toThrow('gone');
    expect(await readdir(directory)).toEqual([]);
    await rm(directory, { recursive: true });
  });
});

async function* chunked(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

async function* broken(): AsyncGenerator<Buffer> {
  yield* chunked('some');
  throw new Error('gone');
}

describe('CRC-64/XZ', () => {
  it('answers the check value of the algorithm, as decimal', async () => {
    expect((await loadCrc64()).of(Buffer.from('123456789'))).toBe('11051210869376104954');
  });

  it('is the same in one piece as in any number of streams that take turns', async () => {
    const crc64 = await loadCrc64();
    const turns = fc.array(fc.tuple(fc.nat(3), fc.uint8Array({ maxLength: 40 })), { maxLength: 30 });
    const property = fc.property(turns, (chunks) => {
      const streams = [0, 1, 2, 3].map(() => crc64.stream());
      for (const [stream, chunk] of chunks) streams[stream]?.update(chunk);
      const sums = streams.map((stream) => stream.digest());
      const expected = [0, 1, 2, 3].map((stream) =>
        Buffer.concat(chunks.filter(([of]) => of === stream).map(([, chunk]) => chunk)),
      );
      expect(sums).toEqual(expected.map((bytes) => crc64.of(bytes)));
    });
    fc.assert(property, RUNS);
    const body = generatedBody(1, 100_000);
    expect(await crc64OfBody(crc64, body)).toBe(crc64.of(await bytesOf(body)));
  });
});

/** Few letters, so that keys collide, nest and end at delimiters; and both sides of the surrogates. */
const KEY = fc.string({
  unit: fc.constantFrom('a', 'b', '/', ' ', 'é', '\uffff', '\ue000', '😀'),
  maxLength: 6,
});

describe('a store', () => {
  it('compares as UTF-8 bytes do', () => {
    const sign = (order: number) => Math.sign(order);
    const property = fc.property(KEY, KEY, (a, b) => {
      expect(sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    });
    fc.assert(property, { ...RUNS, numRuns: 1000 });
  });

  it('lists what a sorted array would hold, whatever was put, deleted and listed before', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('put', 'put', 'delete', 'list'), KEY, KEY), {
      maxLength: 40,
    });
    const property = fc.property(steps, (taken) => {
      const store = memoryStore();
      const model = new Set<string>();
      for (const [step, key, prefix] of taken) {
        if (step === 'put') store.put(object(key || 'a'));
        if (step === 'put') model.add(key || 'a');
        if (step === 'delete') expect(store.delete(key)).toBe(model.delete(key));
        const sorted = [...model].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        if (step !== 'list') continue;
        const expected = sorted
          .filter((each) => each.startsWith(prefix) && compareUtf8(each, key) > 0)
          .slice(0, 3);
        const startAfter = key;
        expect(store.list({ prefix, startAfter, limit: 3 }).map((found) => found.key)).toEqual(expected);
        expect([...store.keys()]).toEqual(sorted);
        expect(store.count).toBe(model.size);
      }
    });
    fc.assert(property, RUNS);
  });

  it('pages through groups without losing or repeating any', () => {
    const keys = fc.uniqueArray(
      KEY.filter((key) => key !== ''),
      { maxLength: 25 },
    );
    const property = fc.property(
      keys,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('', 'a', 'a/'),
      (all, maxKeys, prefix) => {
        const store = memoryStore();
        for (const key of all) store.put(object(key));
        const found: string[] = [];
        for (let startAfter = ''; ;) {
          const page = listPage(store, { prefix, startAfter, delimiter: '/', maxKeys });
          expect(page.objects.length + page.commonPrefixes.length).toBeLessThanOrEqual(maxKeys);
          found.push(...page.objects.map(({ key }) => key), ...page.commonPrefixes);
          if (!page.truncated) break;
          startAfter = page.last;
        }
        const group = (key: string) => key.slice(0, key.indexOf('/', prefix.length) + 1) || key;
        const expected = new Set(all.filter((key) => key.startsWith(prefix)).map(group));
        expect(found.toSorted()).toEqual([...expected].toSorted());
      },
    );
    fc.assert(property, RUNS);
  });
});

describe('the wire', () => {
  it('gives back any key that was percent-encoded, without normalising it', () => {
    const property = fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (key) => {
      expect(parseTarget(`/${encodeURIComponent(key)}?a=1`).key).toBe(key);
    });
    fc.assert(property, RUNS);
    expect(parseTarget('/a//b/../c+d/./%2F').key).toBe('a//b/../c+d/./' + '/');
    expect([...parseTarget('/?a=b+c%2B&d&e=&').query]).toEqual([
      ['a', 'b c+'],
      ['d', ''],
      ['e', ''],
    ]);
    expect(() => parseTarget('/%ff')).toThrow(ServiceError);
  });

  it('carries Unicode in headers as UTF-8 bytes', () => {
    for (const text of ['plain', 'é', '中文 😀']) expect(headerText(headerBytes(text))).toBe(text);
    expect(headerBytes('中')).toBe('\xe4\xb8\xad');
  });

  it('escapes what an error says', () => {
    const error = new ServiceError({
      status: 404,
      code: 'NoSuchKey',
      message: 'a < b',
      details: { Key: '"&"' },
    });
    const xml = errorXml(error, { requestId: 'r', host: 'h' });
    expect(xml).toContain(
      '<Message>a &lt; b</Message><RequestId>r</RequestId><HostId>h</HostId><Key>&quot;&amp;&quot;</Key>',
    );
  });
});
