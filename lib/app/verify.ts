/** What makes a written object count as copied. */
import { StoreError } from '../core/errors.ts';
import type { Written } from '../ports/object-sink.ts';
import type { CopyContext } from './copy-context.ts';

const LOOK_EVERY_MS = 5_000;

/**
 * Compares what was sent with what the target says it holds. Where they differ, what was written is removed and
 * `corrupt` thrown: nothing corrupt is counted, and nothing corrupt stays.
 */
export async function settleWrite(
  context: CopyContext,
  write: { readonly key: string; readonly crc64: string; readonly written: Written },
  signal: AbortSignal,
): Promise<'crc64' | 'size'> {
  const { key, crc64, written } = write;
  if (written.crc64 === undefined) return 'size';
  if (written.crc64 === crc64) return 'crc64';
  await context.sink.remove(key, signal);
  throw new StoreError(
    `${JSON.stringify(key)} arrived with CRC-64 ${written.crc64}, it was sent with ${crc64}; what arrived was removed`,
    { code: 'corrupt', operation: 'verify', requestId: written.requestId },
  );
}

/** Whether the target's key already holds these bytes: tells a write of ours whose answer was lost. */
export async function holdsCopy(
  context: CopyContext,
  copy: { readonly key: string; readonly size: number; readonly crc64: string },
  signal: AbortSignal,
): Promise<boolean> {
  const found = await context.sink.head(copy.key, signal);
  return found?.version.size === copy.size && found.version.crc64 === copy.crc64;
}

/** As `holdsCopy`, asked again and again until `untilMs` by the clock, at least once. */
export async function holdsCopyBy(
  context: CopyContext,
  copy: Parameters<typeof holdsCopy>[1],
  untilMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  while (!(await holdsCopy(context, copy, signal))) {
    if (context.clock.now() >= untilMs) return false;
    await context.clock.sleep(LOOK_EVERY_MS, signal);
  }
  return true;
}
