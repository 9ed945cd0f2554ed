/** Large objects: parts that are missing, cut, in the wrong place, or left behind. */
import type { Mutant } from '../mutant.ts';

const WHOLE = { file: 'lib/app/copy-large.ts', tests: ['test/app/copy-large.test.ts'] };
const PARTS = { file: 'lib/app/copy-parts.ts', tests: ['test/app/copy-large.test.ts'] };
const SPANS = { file: 'lib/core/parts.ts', tests: ['test/core/cutting.test.ts'] };

export const LARGE: readonly Mutant[] = [
  {
    ...SPANS,
    name: 'parts-last-byte',
    find: 'Math.min((i + 1) * length, size)',
    replace: 'Math.min((i + 1) * length, size - 1)',
    breaks: 'The last byte of the last part is lost.',
  },
  {
    ...SPANS,
    name: 'parts-too-many',
    find: 'Math.ceil(size / COS_PARTS.partCountMax / MiB)',
    replace: 'Math.floor(size / COS_PARTS.partCountMax / MiB)',
    breaks: 'A large object has more parts than COS takes.',
  },
  {
    ...PARTS,
    name: 'parts-any-version',
    find: 'ifMatch: object.etag, ',
    replace: '',
    breaks: 'The parts of one object come from two versions.',
  },
  {
    ...PARTS,
    name: 'parts-disordered',
    find: '.sort((a, b) => a.partNumber - b.partNumber)',
    replace: '',
    breaks: 'Parts are combined in the order they arrived in.',
  },
  {
    ...PARTS,
    name: 'parts-crc-order',
    find: 'combineCrc64(whole, crc64, part.bytes)',
    replace: 'combineCrc64(crc64, whole, part.bytes)',
    breaks: 'The checksum of the whole is not that of its parts in order.',
  },
  {
    ...PARTS,
    name: 'parts-run-on',
    find: 'stop.abort(error);',
    replace: '',
    breaks: 'The other parts go on after one failed for good.',
  },
  {
    ...WHOLE,
    name: 'large-unchecked',
    find: 'requireArrived(object, parts, crc64);',
    replace: '',
    breaks: 'A corrupt object is visible until it is compared.',
  },
  {
    ...WHOLE,
    name: 'large-not-aborted',
    find: 'await abandon(context, upload);\n    throw error;',
    replace: 'throw error;',
    breaks: 'Parts of a failed upload stay and are paid for.',
  },
  {
    ...WHOLE,
    name: 'large-skip-unguarded',
    find: "const forbidOverwrite = context.task.conflict === 'skip';",
    replace: 'const forbidOverwrite = false;',
    breaks: 'skip overwrites what came into the target while the parts were copied.',
  },
  {
    ...WHOLE,
    name: 'large-lost-answer',
    find: "if (!holds && error.code !== 'exists') throw error;",
    replace: "if (error.code !== 'exists') throw error;",
    breaks: 'A Complete whose answer was lost makes the whole object move again.',
  },
  {
    ...WHOLE,
    name: 'large-no-limit',
    find: 'bytes <= OBJECT_BYTES_MAX',
    replace: 'bytes >= 0',
    breaks: 'An object that COS cannot hold is begun.',
  },
];
