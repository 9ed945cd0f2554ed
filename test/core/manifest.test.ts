import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../lib/core/errors.ts';
import {
  MANIFEST_LINE_BYTES_MAX,
  parseEntries,
  parseSourceLine,
  renderEntries,
} from '../../lib/core/manifest.ts';
import type { Entry } from '../../lib/core/object.ts';
import { anyKey } from '../support/arbitraries.ts';

const entry: fc.Arbitrary<Entry> = fc.record(
  {
    key: anyKey,
    size: fc.nat(),
    etag: fc.string(),
    lastModified: fc.constant('2024-01-01T00:00:00.000Z'),
    storageClass: fc.constantFrom('Standard', 'Archive'),
    type: fc.constantFrom('Normal', 'Multipart', 'Appendable', 'Symlink'),
    problem: fc.string(),
  },
  { requiredKeys: ['key'] },
);

/** What JSON escapes, its neighbours, and halves of pairs. */
const hostileUnit = fc.constantFrom(
  ...['"', '\\', '\u0000', '\u001f', ' ', '\u007f', '!', '#', '[', ']', '\u2028'],
  ...['\ud7ff', '\ud800', '\udbff', '\udc00', '\udfff', '\ue000', '\uffff', '\u{1f600}', '\ufeff'],
);

const inOrder = ({ key, size, etag, lastModified, storageClass, type, problem }: Entry): Entry => ({
  key,
  size,
  etag,
  lastModified,
  storageClass,
  type,
  problem,
});

const line = (text: string, number = 2) => parseSourceLine(Buffer.from(text), number);

describe('a segment manifest', () => {
  it('is read as it was written, whatever the keys', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
        expect(parseEntries(renderEntries(entries).toString(), 'm', entries.length)).toEqual(entries);
      }),
    );
  });

  it('has a line an entry as JSON.stringify writes it, whatever the texts and however many', () => {
    const text = fc.oneof(anyKey, fc.string({ unit: 'binary' }), fc.string({ unit: hostileUnit }));
    const hostile = fc.record(
      { key: text, size: fc.maxSafeNat(), etag: text, lastModified: text, storageClass: text, problem: text },
      { requiredKeys: ['key'] },
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 8 }), fc.constantFrom(1, 200), (entries, times) => {
        const many = Array.from({ length: times }, () => entries).flat();
        const lines = many.map((each) => JSON.stringify(inOrder(each)) + '\n');
        expect(renderEntries(many).toString()).toBe(lines.join(''));
      }),
      { seed: 1, numRuns: 80 },
    );
  });

  it('is refused where a line is missing, doubled, cut or is no entry', () => {
    const text = renderEntries([{ key: 'a' }, { key: 'b' }]).toString();
    const damaged = [
      text.slice(10),
      text + text,
      text.slice(0, -1),
      text.slice(0, -3),
      '{"key":""}\n{"key":"b"}\n',
    ];
    for (const bad of [...damaged, 'a\nb\n', '{}\n{}\n', '\n\n'])
      expect(() => parseEntries(bad, 'cos://b/m', 2), bad).toThrow(UserError);
    expect(() => parseEntries('{"key":"a"}\nx\n', 'cos://b/m', 2)).toThrow('cos://b/m, line 2');
  });
});

describe('a line of a source manifest', () => {
  it('is a key in JSON, as an object or as a string, whatever the key', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const failed = { key, size: 1, etag: 'E', error: { code: 'TIMEOUT' } };
        expect(line(JSON.stringify(failed))).toEqual({ key });
        expect(line(JSON.stringify(key))).toEqual({ key });
      }),
    );
  });

  it('is the plain key otherwise, with all its spaces', () => {
    for (const key of [' a ', 'a//../b', '[1]', '#a', 'a\tb', '\u{1f600}', 'null', "'a'"])
      expect(line(key)).toEqual({ key });
  });

  it('may end like a line of Windows, whose file may begin with a byte order mark', () => {
    expect(line('a b\r')).toEqual({ key: 'a b' });
    expect(line('{"key":"a"}\r')).toEqual({ key: 'a' });
    expect(line('\ufeffa', 1)).toEqual({ key: 'a' });
    expect(line('\ufeff{"key":"a"}', 1)).toEqual({ key: 'a' });
    expect(line('\ufeffa', 2)).toEqual({ key: '\ufeffa' });
  });

  it('is nothing where it is empty', () => {
    expect([line(''), line('\r'), line('\ufeff', 1)]).toEqual([undefined, undefined, undefined]);
  });

  it('becomes an entry with a problem where it begins like JSON and is no key', () => {
    for (const text of [
      '{garbage',
      '{"key":7}',
      '{}',
      '{"key":""}',
      '""',
      '"half',
      '{"key":"a"} x',
      '"\\ud800"',
    ]) {
      const found = line(text, 7);
      expect([text, found?.problem?.startsWith('line 7 of the source manifest ')]).toEqual([text, true]);
      expect(found?.key).not.toBe('');
    }
  });

  it('becomes an entry with a problem where it is no UTF-8 or longer than any key', () => {
    const latin1 = parseSourceLine(Buffer.from([0x61, 0xe9, 0x62]), 3);
    expect(latin1?.problem).toContain('not valid UTF-8');
    const long = parseSourceLine(Buffer.alloc(MANIFEST_LINE_BYTES_MAX + 1, 'k'), 4);
    expect(long?.problem).toContain('longer than any key');
    expect(long?.key).toHaveLength(200);
  });

  it('that has a problem can be written to a segment manifest and read again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), (bytes) => {
        const found = parseSourceLine(bytes, 5);
        if (found === undefined) return;
        expect(parseEntries(renderEntries([found]).toString(), 'm', 1)).toEqual([found]);
      }),
    );
  });
});
