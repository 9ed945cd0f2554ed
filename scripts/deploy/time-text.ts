/** Moments as people write them on a command line: `30m` ago, or a date. */
import { UserError } from '../../lib/core/errors.ts';

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** In ms since 1970. */
export function momentOf(text: string, nowMs: number): number {
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) return nowMs - Number(amount) * (UNITS_MS[unit] ?? 0);
  const moment = Date.parse(text);
  if (Number.isNaN(moment))
    throw new UserError(`--startTime: 30s, 10m, 2h, 1d, or a date like 2026-05-01T10:00Z, not ${text}`);
  return moment;
}
