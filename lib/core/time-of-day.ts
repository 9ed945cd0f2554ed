/** Windows of the day, `[from, to)` in minutes by the clock on the wall of a time zone, also over midnight. */

/** 24:00 is the end of the day. */
export const TIME_OF_DAY = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;
const DAY_MINUTES = 24 * 60;

export interface DayWindow {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly timeZone?: string | undefined;
}

export interface WindowMistake {
  /** Which of the windows, from 0. */
  readonly at: number;
  readonly what: string;
}

/** Minutes since midnight. */
export function parseTimeOfDay(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export function minuteOfDay(nowMs: number, timeZone = 'UTC'): number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short', hourCycle: 'h23' });
  return parseTimeOfDay(format.format(nowMs));
}

/** What no single field of a table can know. */
export function windowMistakes(windows: readonly DayWindow[]): WindowMistake[] {
  return [...ownMistakes(windows), ...zoneMistakes(windows), ...overlaps(windows)];
}

function ownMistakes(windows: readonly DayWindow[]): WindowMistake[] {
  const first = windows.findIndex(isDefault);
  return windows.flatMap((window, at) => {
    const { from, to } = window;
    if (isDefault(window) && at !== first)
      return [{ at, what: `has no times, as entry ${first} has none: one holds outside all windows` }];
    if ((from === undefined) !== (to === undefined))
      return [{ at, what: 'has only one of "from" and "to": give both, or none' }];
    return from !== undefined && from === to
      ? [{ at, what: 'begins when it ends: for the whole day, leave out "from" and "to"' }]
      : [];
  });
}

function zoneMistakes(windows: readonly DayWindow[]): WindowMistake[] {
  const zone = windows.find(({ timeZone }) => timeZone !== undefined)?.timeZone;
  return windows.flatMap(({ timeZone }, at) =>
    timeZone === undefined || timeZone === zone
      ? []
      : [{ at, what: `has time zone ${timeZone}, others ${String(zone)}: a table has one` }],
  );
}

function overlaps(windows: readonly DayWindow[]): WindowMistake[] {
  const spans = windows.map(spansOf);
  return spans.flatMap((mine, at) => {
    const other = spans.findIndex((theirs, before) => before < at && meet(mine, theirs));
    return other < 0 ? [] : [{ at, what: `overlaps with entry ${other}` }];
  });
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** A window over midnight is two. */
function spansOf({ from, to }: DayWindow): Span[] {
  if (from === undefined || to === undefined) return [];
  const [begins, ends] = [parseTimeOfDay(from), parseTimeOfDay(to)];
  if (begins <= ends) return [{ from: begins, to: ends }];
  return [
    { from: begins, to: DAY_MINUTES },
    { from: 0, to: ends },
  ];
}

function meet(mine: readonly Span[], theirs: readonly Span[]): boolean {
  return mine.some((a) => theirs.some((b) => a.from < b.to && b.from < a.to));
}

function isDefault({ from, to }: DayWindow): boolean {
  return from === undefined && to === undefined;
}
