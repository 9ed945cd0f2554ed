/** SCF's cron: second, minute, hour, day, month, week and year, in UTC+8 (document 583/9708). */

const ZONE_MS = 8 * 3_600_000;
const YEAR_MAX = 2099;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEK_DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Words for `from` and what follows it. */
  readonly words?: readonly string[];
  readonly mayBeOpen?: boolean;
}

const FIELDS = {
  second: { name: 'second', from: 0, to: 59 },
  minute: { name: 'minute', from: 0, to: 59 },
  hour: { name: 'hour', from: 0, to: 23 },
  day: { name: 'day', from: 1, to: 31, mayBeOpen: true },
  month: { name: 'month', from: 1, to: 12, words: MONTHS },
  week: { name: 'week', from: 0, to: 6, words: WEEK_DAYS, mayBeOpen: true },
  year: { name: 'year', from: 1970, to: YEAR_MAX },
} as const satisfies Record<string, Field>;

type FieldName = keyof typeof FIELDS;
type Cron = Readonly<Record<FieldName, ReadonlySet<number>>> & { readonly eitherDay: boolean };

/** @throws TypeError that says which field is wrong. */
export function parseCron(text: string): Cron {
  const parts = text.trim().split(/\s+/);
  const names = Object.keys(FIELDS) as FieldName[];
  if (parts.length !== names.length)
    throw new TypeError(`the cron "${text}" has ${parts.length} fields, not ${names.length}`);
  const entries = names.map((name, at) => [name, valuesOf(FIELDS[name], parts[at] ?? '')] as const);
  const isNarrowed = (at: number): boolean => !/^[*?]/.test(parts[at] ?? '');
  const values = Object.fromEntries(entries) as Record<FieldName, ReadonlySet<number>>;
  return { ...values, eitherDay: isNarrowed(3) && isNarrowed(5) };
}

function valuesOf(field: Field, text: string): ReadonlySet<number> {
  return new Set(text.split(',').flatMap((part) => rangeOf(field, part)));
}

function rangeOf(field: Field, part: string): number[] {
  const { name, from, to, mayBeOpen = false } = field;
  const match = /^(?:(\*)|(\?)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part);
  const [, all, open, first, last, step] = match ?? [];
  if (match === null || (open !== undefined && !mayBeOpen)) throw new TypeError(wrong(name, part));
  const start = first === undefined ? from : valueOf(field, first);
  const single = all === undefined && open === undefined && last === undefined && step === undefined;
  const end = single ? start : last === undefined ? to : valueOf(field, last);
  const by = Number(step ?? 1);
  if (start > end || by < 1) throw new TypeError(wrong(name, part));
  return Array.from({ length: Math.floor((end - start) / by) + 1 }, (_, at) => start + at * by);
}

function valueOf({ name, from, to, words = [] }: Field, word: string): number {
  const at = words.indexOf(word.toUpperCase());
  const value = at >= 0 ? from + at : /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!(value >= from && value <= to)) throw new TypeError(wrong(name, word));
  return value;
}

function wrong(name: string, part: string): string {
  return `"${part}" is no ${name} of a cron that this stand-in plays`;
}

/** The first moment after `afterMs`, to the second; undefined where there is none. */
export function nextFire(cron: Cron, afterMs: number): number | undefined {
  const at = new Date((Math.floor(afterMs / 1000) + 1) * 1000 + ZONE_MS);
  while (at.getUTCFullYear() <= YEAR_MAX) {
    if (!cron.year.has(at.getUTCFullYear())) at.setTime(Date.UTC(at.getUTCFullYear() + 1, 0));
    else if (!cron.month.has(at.getUTCMonth() + 1))
      at.setTime(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1));
    else if (!isDay(cron, at)) at.setTime(Math.floor(at.getTime() / DAY_MS + 1) * DAY_MS);
    else if (!cron.hour.has(at.getUTCHours())) at.setTime(Math.floor(at.getTime() / HOUR_MS + 1) * HOUR_MS);
    else if (!cron.minute.has(at.getUTCMinutes()))
      at.setTime(Math.floor(at.getTime() / MINUTE_MS + 1) * MINUTE_MS);
    else if (!cron.second.has(at.getUTCSeconds())) at.setTime(at.getTime() + 1000);
    else return at.getTime() - ZONE_MS;
  }
  return undefined;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Where both day and week are narrowed, either will do. */
function isDay({ day, week, eitherDay }: Cron, at: Date): boolean {
  const byDay = day.has(at.getUTCDate());
  const byWeek = week.has(at.getUTCDay());
  return eitherDay ? byDay || byWeek : byDay && byWeek;
}
