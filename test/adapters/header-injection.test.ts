/** What an object carries beside its bytes comes from strangers: it never becomes a header, a request or a crash of its own. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CosObjectSink } from '../../lib/adapters/cos/object-sink.ts';
import { mappingOf } from '../../lib/app/copy-context.ts';
import { copyObject } from '../../lib/app/copy-object.ts';
import { SPREAD } from '../../lib/core/parts.ts';
import { Semaphore } from '../../lib/app/lanes.ts';
import type { TargetAttributes } from '../../lib/core/object.ts';
import { OssObjectSource } from '../../lib/adapters/oss/object-source.ts';
import { codeOf, NEVER } from '../ports/object-source.harness.ts';
import { COS_BUCKET, type CosHarness, openCos } from '../support/cos.ts';
import { realClock } from '../support/oss.ts';
import { sampleTask } from '../support/sample-task.ts';
import { seededDice } from '../support/seeded-dice.ts';
import { answering, ok, serve, type TestServer } from './http-server.ts';

const CREDENTIAL = { id: 'id', secret: 'secret' };
const BODY = 'what it holds';

function optionsFor(server: TestServer, region: string) {
  const endpoint = `http://127.0.0.1:${String(server.port)}`;
  const credentials = () => CREDENTIAL;
  return {
    bucket: COS_BUCKET,
    region,
    endpoint,
    credentials,
    clock: realClock,
    connectionsMax: 2,
    timeoutMs: 5_000,
  };
}

describe('what is sent to COS', () => {
  let server: TestServer;
  let sink: CosObjectSink;
  let answer = ok('', 'x-cos-hash-crc64ecma: 1');
  beforeAll(async () => {
    server = await serve(answering(() => answer));
    sink = new CosObjectSink(optionsFor(server, 'ap-guangzhou'));
  });
  afterAll(async () => {
    await sink.close();
    server.close();
  });

  const OWN = ['put /key http/1.1', 'host', 'authorization', 'content-length'];

  /** The code of the refusal, before a byte is sent; or the header lines that the object's attributes became. */
  async function sent(changes: Partial<TargetAttributes>) {
    const attributes = { headers: {}, metadata: {}, tags: {}, storageClass: 'STANDARD', ...changes };
    const before = server.received.length;
    const content = { kind: 'bytes', bytes: Buffer.from(BODY) } as const;
    const code = await codeOf(sink.write({ key: 'key', content, attributes, forbidOverwrite: false }, NEVER));
    const requests = server.received.slice(before);
    if (requests.length === 0) return code;
    expect(requests.map(({ body }) => body.toString())).toEqual([BODY]);
    const lines = requests[0]!.head.split(/[\r\n]+/);
    return lines.filter((line) => !OWN.includes(line.split(':')[0]!.toLowerCase()));
  }

  /** Bytes as header values hold them, among them many that break lines. */
  const value = fc
    .array(fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 9, 10, 13, 0x7f)), { maxLength: 20 })
    .map((bytes) => Buffer.from(bytes).toString('latin1'));
  const isLegal = (text: string) => /^[\t\x20-\x7e\x80-\xff]*$/.test(text);

  it('is one line for each header and metadata entry, or nothing at all', async () => {
    await fc.assert(
      fc.asyncProperty(value, value, async (type, meta) => {
        const lines = await sent({ headers: { 'content-type': type }, metadata: { m: meta } });
        expect(lines).toEqual(
          isLegal(type) && isLegal(meta)
            ? [`content-type: ${type}`, `x-cos-meta-m: ${meta}`]
            : 'metadata_illegal',
        );
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it.each([
    'x\r\nx-cos-acl: public-read',
    'x\nx-cos-acl: public-read',
    'x\r',
    'nul\0',
    'wide \u0100',
    '\u{1f600}',
  ])('refuses %j as a header, as metadata and as a name of metadata', async (hostile) => {
    expect(await sent({ headers: { 'cache-control': hostile } })).toBe('metadata_illegal');
    expect(await sent({ metadata: { m: hostile } })).toBe('metadata_illegal');
    expect(await sent({ metadata: { [hostile]: 'm' } })).toBe('metadata_illegal');
  });

  it('is too much metadata where COS says so without a code of its own', async () => {
    const before = answer;
    answer = answer.replace('200 OK', '431 Request Header Fields Too Large');
    const attributes = { headers: {}, metadata: {}, tags: {}, storageClass: 'STANDARD' };
    const content = { kind: 'bytes', bytes: Buffer.from(BODY) } as const;
    const written = sink.write({ key: 'key', content, attributes, forbidOverwrite: false }, NEVER);
    expect(await codeOf(written)).toBe('metadata_too_large');
    answer = before;
  });

  it('keeps tags apart whatever they hold', async () => {
    const tag = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.oneof(tag, fc.constantFrom('a&b', 'a=b', 'a%26b', '\r\nx:y')), tag),
        async (tags) => {
          const lines = await sent({ tags });
          const line = Array.isArray(lines) ? lines.join('|') : '';
          const pairs =
            line === ''
              ? []
              : line
                  .replace('x-cos-tagging: ', '')
                  .split('&')
                  .map((pair) => pair.split('=').map(decodeURIComponent));
          expect(pairs).toEqual(Object.entries(tags));
        },
      ),
      { seed: 12, numRuns: 200 },
    );
    expect(await sent({ tags: { half: '\ud800' } })).toBe('metadata_illegal');
    expect(await sent({ tags: { '\udc00': 'half' } })).toBe('metadata_illegal');
  });
});

describe('an object whose source answers', () => {
  let cos: CosHarness;
  let server: TestServer;
  let source: OssObjectSource;
  let lines: string[] = [];
  beforeAll(async () => {
    cos = await openCos();
    server = await serve(answering(() => Buffer.from(ok(BODY, 'ETag: "E"', ...lines), 'latin1')));
    source = new OssObjectSource({ ...optionsFor(server, 'oss-cn-hangzhou'), bucket: 'photos' });
  });
  afterAll(async () => {
    await source.close();
    server.close();
    await cos.close();
  });

  async function copied(key: string, answered: readonly string[]) {
    lines = [...answered];
    const task = sampleTask();
    const context = {
      task,
      mapping: mappingOf(task),
      source,
      sink: cos.sink(),
      clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
      dice: seededDice(1),
      parts: new Semaphore(2),
      spread: SPREAD,
    };
    const outcome = await copyObject(context, { key, size: BODY.length, etag: 'E' }, () => 'copy', NEVER);
    if (outcome === 'spread') throw new Error('nothing here is that large');
    const code = outcome?.kind === 'failed' ? outcome.failure.code : outcome?.kind;
    return { code, held: await cos.held(key) };
  }

  it.each<[string, string[], string]>([
    ['a line feed in its type', ['Content-Type: text/plain\nx-cos-acl: public-read'], 'METADATA_ILLEGAL'],
    [
      'a carriage return in its cache control',
      ['Cache-Control: no\rx-cos-acl: public-read'],
      'METADATA_ILLEGAL',
    ],
    ['a NUL in its metadata', ['x-oss-meta-a: nul\0byte'], 'METADATA_ILLEGAL'],
    ['an escape in its disposition', ['Content-Disposition: \x1b[2J'], 'METADATA_ILLEGAL'],
    ['metadata of a name that no header has', ['x-oss-meta-a b: c'], 'METADATA_ILLEGAL'],
    ['metadata beyond what COS takes', [`x-oss-meta-a: ${'m'.repeat(3_000)}`], 'METADATA_TOO_LARGE'],
    ['a head that does not end', [`x-oss-meta-a: ${'m'.repeat(100_000)}`], 'NETWORK'],
  ])('%s fails, and nothing of it is stored', async (name, answered, code) => {
    expect(await copied(name, answered)).toEqual({ code, held: undefined });
  });

  it('other bytes than ASCII, and long values, is copied equal', async () => {
    const type = `text/plain; name="\xe4\xb8\xad\xe6\x96\x87 ${'\xc3\xa9'.repeat(5_000)}"`;
    const long = 'l'.repeat(1_900);
    const { code, held } = await copied('bytes', [
      `Content-Type: ${type}`,
      `x-oss-meta-a: ${long}\xe9`,
      'Expires: 0',
    ]);
    expect(code).toBe('copied');
    expect(held).toMatchObject({ headers: { 'content-type': type, expires: '0' } });
  });

  it('a header twice, or one of ours, changes nothing but itself', async () => {
    const answered = ['x-oss-meta-authorization: mine', 'x-cos-acl: public-read', 'x-oss-meta-__proto__: p'];
    const { held } = await copied('ours', [...answered, 'Transfer-Encoding: identity']);
    expect(held).toBeUndefined();
    const kept = await copied('ours', [answered[0]!, answered[1]!]);
    expect(kept.held?.metadata).toEqual({ authorization: 'mine' });
  });
});
