import { describe, expect, it } from 'vitest';
import { partRanges, partSliceShape, uploadNoteShape, uploadPlaces } from '../../lib/core/spread.ts';

const MiB = 1024 * 1024;

describe('the uploads that names tell of', () => {
  it('have each its own slices, and their state', () => {
    const names = ['7-b/4-6-u.json', '7-a/upload.json', '7-a/0-2-u.json', '7-b/begun.json', '12-c/ended.json', '7-a/merging.json']; // prettier-ignore
    expect(uploadPlaces(names)).toEqual([
      { name: '12-c', at: 12, noted: false, merging: false, ended: true, spans: [] },
      { name: '7-a', at: 7, noted: true, merging: true, ended: false, spans: [{ name: '0-2-u.json', from: 0, to: 2 }] }, // prettier-ignore
      { name: '7-b', at: 7, noted: false, merging: false, ended: false, spans: [{ name: '4-6-u.json', from: 4, to: 6 }] }, // prettier-ignore
    ]);
  });

  it('are none where a folder has another name', () => {
    expect(uploadPlaces(['x-a/upload.json', 'upload.json', '1/upload.json'])).toEqual([]);
  });
});

it('all that is missing is rung for, in ranges of whole parts', () => {
  const gaps = [
    { from: 0, to: 3 },
    { from: 5, to: 6 },
  ];
  expect(partRanges(gaps, 8, 16)).toEqual([
    { from: 0, to: 2 },
    { from: 2, to: 3 },
    { from: 5, to: 6 },
  ]);
  expect(partRanges(gaps, 8, 1)).toHaveLength(4);
});

it('a note is refused whose parts are more than COS takes', () => {
  const note = { uploadId: 'u', etag: 'e', size: 10_000 * MiB, partBytes: MiB };
  expect(uploadNoteShape.safeParse(note).success).toBe(true);
  expect(uploadNoteShape.safeParse({ ...note, size: note.size + 1 }).success).toBe(false);
});

it('a part slice is refused that has not the parts of its name', () => {
  const slice = { name: '4-6-u.json', from: 4, to: 6, parts: [{ etag: 'a' }, { etag: 'b' }] };
  expect(partSliceShape.safeParse(slice).success).toBe(true);
  for (const change of [{ to: 5 }, { from: 3 }, { parts: [{ etag: 'a' }] }, { name: 'x.json' }])
    expect(partSliceShape.safeParse({ ...slice, ...change }).success).toBe(false);
});
