/** Spread objects: parts that are taken for stored, never asked for, or left behind, and uploads that nobody frees. */
import type { Mutant } from '../mutant.ts';

const tests = ['test/app/spread-object.test.ts'];
const OBJECT = { file: 'lib/app/spread-object.ts', tests };
const PARTS = { file: 'lib/app/spread-parts.ts', tests };
const END = { file: 'lib/app/complete-spread.ts', tests };
const CLEAN = { file: 'lib/app/clean-uploads.ts', tests };
const NAMES = { file: 'lib/core/spread.ts', tests: ['test/core/spread.test.ts'] };

export const SPREADING: readonly Mutant[] = [
  {
    ...NAMES,
    name: 'spread-foreign-slice',
    find: 'folders.get(folder) ?? []',
    replace: '[...folders.values()].flat()',
    breaks: 'A slice of another upload counts: parts are missing from the object that is completed.',
  },
  {
    ...NAMES,
    name: 'spread-one-gap',
    find: 'return gaps.flatMap(',
    replace: 'return gaps.slice(0, 1).flatMap(',
    breaks: 'Of several gaps only the first is rung for.',
  },
  {
    ...PARTS,
    name: 'spread-stored-again',
    find: 'gapsOf(place.spans, partCount(note)).flatMap((gap) => overlap(gap, message.parts))',
    replace: '[message.parts]',
    breaks: 'Parts that are stored move again after each crash.',
  },
  {
    ...PARTS,
    name: 'spread-unseen',
    find: 'isMoving: true, parts: { name, bytes }',
    replace: 'isMoving: true',
    breaks: 'A large object shows nothing for days, then all of it.',
  },
  {
    file: 'lib/adapters/sql/parts.ts',
    tests: ['test/adapters/sqlite-table.test.ts'],
    name: 'parts-counted-for-ever',
    find: 'await add(db, taskId, slotOf(segmentId), -Number(bytes));',
    replace: '',
    breaks: 'What was copied as parts counts twice once its segment is done.',
  },
  {
    ...END,
    name: 'spread-uncompared',
    find: 'requireArrived(large, parts, crc64);',
    replace: '',
    breaks: 'A corrupt object is visible until it is compared.',
  },
  {
    ...END,
    name: 'spread-bad-slice-kept',
    find: 'await uploads.removeSlice(place, slice, signal);',
    replace: '',
    breaks: 'Parts whose slice is unreadable are neither stored nor asked for.',
  },
  {
    ...END,
    name: 'spread-merge-impatient',
    find: 'MERGE_MS_MAX = 15 * 60_000',
    replace: 'MERGE_MS_MAX = 0',
    breaks: 'Terabytes move again because COS took a minute to merge them.',
  },
  {
    ...END,
    name: 'spread-merge-forever',
    find: 'if (!merging) {',
    replace: 'if (nowMs > 0 || !merging) {',
    breaks: 'An upload that was lost is waited for without end.',
  },
  {
    ...OBJECT,
    name: 'spread-changed-source',
    find: "const ifMatch = type === 'Symlink' ? undefined : etag;",
    replace: 'const ifMatch = type === etag ? etag : undefined;',
    breaks: 'A source that changed after it was listed is copied all the same.',
  },
  {
    ...OBJECT,
    name: 'spread-late-upload',
    find: 'await this.clean(signal, { freed });',
    replace: '',
    breaks: 'An upload that was begun while the object ended stays, and is paid for.',
  },
  {
    ...OBJECT,
    name: 'spread-begun-in-vain',
    find: 'if (!(await this.isOpen(signal))) return undefined;',
    replace: '',
    breaks:
      'A function that is late and dies leaves an upload of an object that nobody looks after any more.',
  },
  {
    ...OBJECT,
    name: 'spread-begun-too-late',
    find: 'if (await this.isOpen(signal)) await this.ring',
    replace: 'if (signal.aborted || (await this.isOpen(signal)) || true) await this.ring',
    breaks: 'An object that has ended is begun once more.',
  },
  {
    ...OBJECT,
    name: 'spread-restarts-nothing',
    find: 'await ringSegment(ports.queue, { ...segment, stalled: 0, isRest: true });',
    replace: 'await Promise.resolve(segment);',
    breaks: 'After an upload was lost nobody begins another one before the sweep.',
  },
  {
    ...CLEAN,
    name: 'spread-stray-left',
    find: 'const begun = noted.has(name) ?',
    replace: 'const begun = noted.size >= 0 ?',
    breaks: 'An upload that was begun by a process that died stays, and is paid for.',
  },
  {
    ...CLEAN,
    name: 'spread-others-aborted',
    find: 'initiatedMs >= sinceMs - CLOCKS_APART_MS_MAX',
    replace: 'initiatedMs >= 0',
    breaks: 'Uploads of others to the same key are aborted.',
  },
  {
    file: 'lib/app/abandon-segment.ts',
    tests,
    name: 'spread-orphan-at-cancel',
    find: 'if (!mayHaveUploads(entries, ports.spread ?? SPREAD)) return;',
    replace: 'if (mayHaveUploads(entries, ports.spread ?? SPREAD)) return;',
    breaks: 'What was under way when the task was cancelled stays, and is paid for.',
  },
  {
    file: 'lib/app/copy-large.ts',
    tests: ['test/app/clean-uploads.test.ts'],
    name: 'upload-begun-unnoted',
    find: 'await object.onBegin?.(signal);',
    replace: '',
    breaks: 'Parts that were stored by a process that died are paid for, and nobody sees them.',
  },
  {
    file: 'lib/app/copy-segment.ts',
    tests: ['test/app/clean-uploads.test.ts'],
    name: 'upload-of-the-dead',
    find: '!noted && isOwn(at) && items.includes(at)',
    replace: 'false',
    breaks: 'Whoever goes on where one died leaves the parts that were stored.',
  },
];
