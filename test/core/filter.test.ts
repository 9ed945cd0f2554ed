import { describe, expect, it } from 'vitest';
import { entryFilter } from '../../lib/core/filter.ts';
import type { Entry } from '../../lib/core/object.ts';
import { NASTY_KEYS } from '../support/nasty-keys.ts';
import { sampleTask } from '../support/sample-task.ts';

function taken(filter: object, entries: readonly Entry[], prefix = ''): string[] {
  const takes = entryFilter(sampleTask({ source: { prefix }, filter }));
  return entries.filter(takes).map(({ key }) => key);
}

const keyed = (...keys: readonly string[]): Entry[] => keys.map((key) => ({ key }));

describe('globs', () => {
  it('of two stars match every key there is', () => {
    const entries = keyed(...NASTY_KEYS, '/', '//', '/lead', 'a\u2028b');
    expect(taken({ include: ['**'] }, entries)).toEqual(entries.map(({ key }) => key));
    expect(taken({ exclude: ['**'] }, entries)).toEqual([]);
  });

  it('match whole keys: one star stays between slashes, two stars cross them', () => {
    const entries = keyed(
      'a.jpg',
      'x/a.jpg',
      'x/y/a.jpg',
      'x//a.jpg',
      'a.jpg/',
      'a.jpg2',
      '../a.jpg',
      '.a.jpg',
    );
    expect(taken({ include: ['*.jpg'] }, entries)).toEqual(['a.jpg', '.a.jpg']);
    expect(taken({ include: ['x/**'] }, entries)).toEqual(['x/a.jpg', 'x/y/a.jpg', 'x//a.jpg']);
    const all = ['a.jpg', 'x/a.jpg', 'x/y/a.jpg', 'x//a.jpg', '../a.jpg', '.a.jpg'];
    expect(taken({ include: ['**/*.jpg'] }, entries)).toEqual(all);
  });

  it('tell upper from lower case, and composed from decomposed letters', () => {
    expect(taken({ include: ['A*', '\u00e9*'] }, keyed('a', 'A', 'e\u0301', '\u00e9'))).toEqual([
      'A',
      '\u00e9',
    ]);
  });

  it('exclude what they match even where it is included', () => {
    const filter = { include: ['a/**', 'b/**'], exclude: ['**/*.tmp'] };
    expect(taken(filter, keyed('a/1', 'a/1.tmp', 'b/x/2', 'c/3', 'b/../4.tmp'))).toEqual(['a/1', 'b/x/2']);
  });
});

describe('sizes and times', () => {
  it('are bounds that include the smallest, the largest and the first instant, and not the last', () => {
    const sized = [9, 10, 20, 21].map((size) => ({ key: String(size), size }));
    expect(taken({ minBytes: 10, maxBytes: 20 }, sized)).toEqual(['10', '20']);
    const filter = { modifiedAfter: '2024-01-01T08:00:00+08:00', modifiedBefore: '2024-02-01T00:00:00Z' };
    const times = [
      '2023-12-31T23:59:59.999Z',
      '2024-01-01T00:00:00Z',
      '2024-01-31T23:59:59Z',
      '2024-02-01T00:00:00Z',
    ];
    const timed = times.map((lastModified) => ({ key: lastModified, lastModified }));
    expect(taken(filter, timed)).toEqual(times.slice(1, 3));
  });

  it('never leave out an entry that does not tell its own', () => {
    const filter = {
      minBytes: 10,
      maxBytes: 20,
      modifiedAfter: '2024-01-01T00:00:00Z',
      modifiedBefore: '2024-02-01T00:00:00Z',
    };
    expect(taken(filter, keyed('a'))).toEqual(['a']);
  });
});

describe('the filter of a task', () => {
  it('leaves out keys of a manifest that lie outside the source prefix', () => {
    expect(taken({}, keyed('2024/a', '2024', '2023/2024/a'), '2024/')).toEqual(['2024/a']);
  });

  it('never leaves out a line that could not be read', () => {
    const unread = { key: 'x', problem: 'line 1 of the source manifest is not valid UTF-8' };
    expect(taken({ include: ['y'], exclude: ['x'], minBytes: 1 }, [unread], '2024/')).toEqual(['x']);
  });
});
