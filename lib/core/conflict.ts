/** Same-name objects: what to do when the target has the key already. */
import type { ObjectVersion } from './object.ts';
import type { Task } from './task.ts';

export type ConflictRule = Task['conflict'];

/** `compare` asks for both CRC-64s, which listings do not tell, before the decision can be made. */
export type ConflictDecision = 'copy' | 'skip' | 'compare';

/** Decides from what the two listings tell. `target` undefined: the key is not there. */
export function decideConflict(
  rule: ConflictRule,
  source: ObjectVersion,
  target: ObjectVersion | undefined,
): ConflictDecision {
  if (target === undefined) return 'copy';
  switch (rule) {
    case 'overwrite':
      return 'copy';
    case 'skip':
      return 'skip';
    case 'newer':
      return isOlder(source, target) ? 'skip' : 'copy';
    case 'changed':
      return source.size !== undefined && source.size !== target.size ? 'copy' : 'compare';
  }
}

/** The second half of `changed`: equal only where both sides state the same size and the same CRC-64. */
export function isUnchanged(source: ObjectVersion, target: ObjectVersion): boolean {
  return source.size === target.size && source.crc64 !== undefined && source.crc64 === target.crc64;
}

/** Unknown times never keep an object from being copied. */
function isOlder(source: ObjectVersion, target: ObjectVersion): boolean {
  if (source.lastModifiedMs === undefined || target.lastModifiedMs === undefined) return false;
  return source.lastModifiedMs < target.lastModifiedMs;
}
