import { describe, expect, it } from 'vitest';
import { knownMd5, targetAttributes, targetStorageClass } from '../../lib/core/attributes.ts';
import { ObjectFailure } from '../../lib/core/failures.ts';
import type { SourceAttributes } from '../../lib/core/object.ts';
import { sampleTask } from '../support/sample-task.ts';

const SOURCE: SourceAttributes = {
  size: 3,
  etag: '900150983CD24FB0D6963F7D28E17F72',
  lastModified: '2024-01-01T00:00:00.000Z',
  type: 'Normal',
  storageClass: 'IA',
  crc64: '42',
  contentMd5: undefined,
  headers: { 'content-type': 'text/plain', expires: 'Thu, 01 Jan 2026 00:00:00 GMT' },
  metadata: { owner: 'caf\u00c3\u00a9' },
  tagCount: 0,
  encrypted: false,
};

function attributes(headers: object, source: Partial<SourceAttributes> = {}, tags = {}) {
  return targetAttributes(sampleTask({ headers }), { ...SOURCE, ...source }, tags);
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return error instanceof ObjectFailure ? error.code : String(error);
  }
  return undefined;
}

describe('the attributes of a copy', () => {
  it('are the source’s, in the target’s storage class', () => {
    expect(attributes({}, {}, { team: 'a' })).toEqual({
      headers: SOURCE.headers,
      metadata: SOURCE.metadata,
      tags: { team: 'a' },
      storageClass: 'STANDARD_IA',
    });
  });

  it('are none with drop, and those of the task alone with replace', () => {
    const none = { headers: {}, metadata: {}, tags: {} };
    expect(attributes({ mode: 'drop' }, {}, { a: 'b' })).toMatchObject(none);
    const set = { 'Content-Type': 'a/b', 'X-COS-Meta-By': 'me' };
    expect(attributes({ mode: 'replace', set }, {}, { a: 'b' })).toMatchObject({
      headers: { 'content-type': 'a/b' },
      metadata: { by: 'me' },
      tags: {},
    });
  });

  it('tell the source’s ETag, CRC-64 and time where provenance is asked for, as far as they are known', () => {
    expect(attributes({ provenance: true, mode: 'drop' }).metadata).toEqual({
      'oss-etag': SOURCE.etag,
      'oss-crc64': '42',
      'oss-last-modified': SOURCE.lastModified,
    });
    const unknown = { crc64: undefined, lastModified: undefined };
    expect(Object.keys(attributes({ provenance: true }, unknown).metadata)).toEqual(['owner', 'oss-etag']);
  });
});

describe('metadata that COS cannot hold', () => {
  const metadata = { a_b: '1', 'x.y': '2', ok: '3' };

  it('fails the object unless the task says otherwise, and never with drop or replace', () => {
    expect(codeOf(() => attributes({}, { metadata }))).toBe('METADATA_ILLEGAL');
    expect(codeOf(() => attributes({ mode: 'drop' }, { metadata }))).toBeUndefined();
    expect(codeOf(() => attributes({ mode: 'replace', set: {} }, { metadata }))).toBeUndefined();
  });

  it('is renamed or dropped where the task says so', () => {
    const renamed = attributes({ onIllegal: 'rename' }, { metadata }).metadata;
    expect(renamed).toEqual({ 'a-b': '1', 'x-y': '2', ok: '3' });
    expect(attributes({ onIllegal: 'drop' }, { metadata }).metadata).toEqual({ ok: '3' });
  });

  it('fails where two names would become one, in either order', () => {
    for (const pair of [
      { a_b: '1', 'a-b': '2' },
      { 'a-b': '2', a_b: '1' },
      { a_b: '1', 'a.b': '2' },
    ]) {
      expect(codeOf(() => attributes({ onIllegal: 'rename' }, { metadata: pair }))).toBe('METADATA_ILLEGAL');
    }
  });
});

describe('tags that COS cannot hold', () => {
  const tags = { empty: '', ['k'.repeat(128)]: 'v', fine: 'v'.repeat(255) };

  it('fail the object, or are left out', () => {
    expect(codeOf(() => attributes({}, {}, tags))).toBe('METADATA_ILLEGAL');
    for (const onIllegal of ['drop', 'rename'])
      expect(Object.keys(attributes({ onIllegal }, {}, tags).tags)).toEqual(['fine']);
  });
});

describe('the storage class', () => {
  it('is mapped where it is kept, else the one of the task', () => {
    const mapped = ['Standard', 'IA', 'Archive', 'ColdArchive', 'DeepColdArchive', undefined, 'Novel'].map(
      (source) => targetStorageClass('keep', source),
    );
    expect(mapped.join()).toBe('STANDARD,STANDARD_IA,ARCHIVE,DEEP_ARCHIVE,DEEP_ARCHIVE,STANDARD,STANDARD');
    expect(targetStorageClass('MAZ_STANDARD', 'Archive')).toBe('MAZ_STANDARD');
  });
});

describe('the MD5 that goes along', () => {
  it('is the stated one, or the ETag of a plain object, and nothing else', () => {
    expect(knownMd5(SOURCE)).toBe('kAFQmDzST7DWlj99KOF/cg==');
    expect(knownMd5({ ...SOURCE, contentMd5: 'stated' })).toBe('stated');
    expect(knownMd5({ ...SOURCE, etag: `${SOURCE.etag}-2` })).toBeUndefined();
    expect(knownMd5({ ...SOURCE, type: 'Appendable' })).toBeUndefined();
    expect(knownMd5({ ...SOURCE, encrypted: true })).toBeUndefined();
  });
});
