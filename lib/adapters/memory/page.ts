/** Pages of sorted keys, as the stores list them, and the calls that both ports share. */
import { StoreError, type StoreErrorCode } from '../../core/errors.ts';
import { compareKeys } from '../../core/keys.ts';
import type { ListRequest } from '../../ports/object-source.ts';

export interface KeyPage {
  readonly keys: readonly string[];
  readonly truncated: boolean;
  readonly next: string | undefined;
}

/** `sorted` is in UTF-8 byte order. */
export function pageOf(sorted: readonly string[], { prefix, after, keysMax }: ListRequest): KeyPage {
  const keys: string[] = [];
  let at = compareKeys(after, prefix) < 0 ? firstFrom(sorted, prefix, true) : firstFrom(sorted, after, false);
  for (; at < sorted.length && keys.length <= keysMax; at++) {
    const key = sorted[at] ?? '';
    if (!key.startsWith(prefix)) break;
    keys.push(key);
  }
  const truncated = keys.length > keysMax;
  if (truncated) keys.pop();
  return { keys, truncated, next: truncated ? keys.at(-1) : undefined };
}

/** The index of the first key after `bound`, or at it where that is `included`. */
function firstFrom(sorted: readonly string[], bound: string, included: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compareKeys(sorted[middle] ?? '', bound);
    if (order < 0 || (order === 0 && !included)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function refusal(code: StoreErrorCode, operation: string, key: string): StoreError {
  return new StoreError(`${operation} of ${JSON.stringify(key)} in memory was refused: ${code}`, {
    code,
    operation,
  });
}

/** Every call is at least one turn of the loop, as a request is; it ends at once where its signal has aborted. */
export async function turn(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await Promise.resolve();
  signal.throwIfAborted();
}
