/** The wire shape of slices, in result objects and in messages to the reporter. What does not fit was tampered with. */
import * as z from 'zod';
import { FAILURE_CODES } from './failures.ts';
import { sliceMistake, summaryMistake } from './slice-check.ts';
import type { Slice, SliceSummary } from './slices.ts';

const count = z.number().int().nonnegative();
const counted = z.strictObject({ objects: count, bytes: count });
const code = z.enum(FAILURE_CODES);
const requestId = z.string().optional();
const sample = z.strictObject({ key: z.string(), message: z.string(), requestId });
export const failureShape = z.strictObject({ code, message: z.string(), requestId });

const span = { name: z.string(), from: count, to: count };
const tally = z.strictObject({
  copied: counted,
  skipped: counted,
  failed: counted,
  verified: z.strictObject({ crc64: count, size: count }),
});
const failures = z.partialRecord(code, z.strictObject({ objects: count, samples: z.array(sample) }));
const failedEntry = z.strictObject({
  key: z.string(),
  size: count.optional(),
  etag: z.string().optional(),
  error: failureShape,
});

const summary = z.strictObject({ ...span, tally, failures });

const whole = z.strictObject({
  ...span,
  tally,
  failures,
  failed: z.array(failedEntry),
  abandoned: failureShape.optional(),
});

export const sliceSummaryShape: z.ZodType<SliceSummary> = summary.superRefine((slice, context) => {
  const mistake = summaryMistake(slice);
  if (mistake !== undefined) context.addIssue(mistake);
});

export const sliceShape: z.ZodType<Slice> = whole.superRefine((slice, context) => {
  const mistake = sliceMistake(slice);
  if (mistake !== undefined) context.addIssue(mistake);
});
