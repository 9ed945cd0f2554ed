/** Reads `report.json` back: of what commands print and decide by, nothing is taken on trust. */
import * as z from 'zod';
import { UserError } from './errors.ts';
import { FAILURE_CODES } from './failures.ts';
import type { Report } from './report.ts';

const count = z.number().int().nonnegative();
const byOutcome = z.looseObject({
  total: count,
  copied: count,
  skipped: count,
  failed: count,
  pending: count,
});
const place = z.looseObject({ bucket: z.string(), prefix: z.string(), region: z.string() });
const sample = z.looseObject({ key: z.string(), message: z.string(), requestId: z.string().optional() });
const failure = z.looseObject({
  code: z.enum(FAILURE_CODES),
  objects: count,
  retryable: z.boolean(),
  hint: z.string(),
  samples: z.array(sample),
});

/** Loose: what is added to reports later does not make them unreadable. */
const reportShape = z.looseObject({
  taskId: z.string(),
  status: z.enum([
    'planning',
    'running',
    'paused',
    'cancelled',
    'succeeded',
    'completed_with_failures',
    'failed',
  ]),
  source: place.extend({ manifest: z.string().optional(), endpoint: z.string().optional() }),
  target: place.extend({ endpoint: z.string().optional() }),
  conflict: z.string(),
  startedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  listing: z.looseObject({ complete: z.boolean(), objects: count, bytes: count, ranges: count }),
  objects: byOutcome,
  bytes: byOutcome,
  underWay: z.looseObject({ bytes: count }),
  verified: z.looseObject({ crc64: count, size: count }),
  throughput: z.looseObject({
    objectsPerSecond: z.number().nonnegative(),
    bytesPerSecond: z.number().nonnegative(),
    etaSeconds: z.number().nonnegative().nullable(),
  }),
  failures: z.array(failure),
  problems: z.array(z.string()),
  manifests: z.looseObject({ failed: z.string().optional() }),
});

/** Throws `UserError` naming `where` and every mistake. */
export function parseReport(json: unknown, where: string): Report {
  const parsed = reportShape.safeParse(json);
  if (parsed.success) return json as Report; // as it stands, with its properties in their order
  throw new UserError(
    `${where} is not a report as it was written:`,
    parsed.error.issues.map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`),
  );
}
