/** How a report's words and numbers are written for people, on the page and on the terminal. */

/**
 * Control characters, what turns the direction of text (U+061C, U+200E-200F, U+202A-202E, U+2066-2069), what cannot be
 * seen (soft hyphen, zero-width space, byte order mark), line separators, and halves of surrogate pairs.
 */
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

export interface TextPiece {
  readonly text: string;
  /** Whether the text stands for a character that could not be shown. */
  readonly escaped: boolean;
}

/** Splits a text into what can be shown as it is and `\u0007` for what cannot. */
export function textPieces(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let at = 0;
  for (const match of text.matchAll(UNSEEN)) {
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), escaped: false });
    pieces.push({ text: escapeUnit(match[0]), escaped: true });
    at = match.index + match[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), escaped: false });
  return pieces;
}

/** The text with everything unseen written as `\u0007`: safe to print on a terminal. */
export function visible(text: string): string {
  return text.replace(UNSEEN, escapeUnit);
}

/** As `visible`, of a text whose line breaks are its own. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `1,234,567`. */
export function formatCount(count: number): string {
  return GROUPED.format(count);
}

/** `1 object`, `12 objects`. */
export function formatObjects(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'object' : 'objects'}`;
}

/** Whole percent, rounded down: 100 means that all is done, and that all is known. */
export function donePercent(progress: {
  readonly done: number;
  readonly total: number;
  readonly complete: boolean;
}): number {
  const { done, total, complete } = progress;
  if (total <= 0) return complete ? 100 : 0;
  const percent = Math.floor(Math.min(1, Math.max(0, done / total)) * 100);
  return complete ? percent : Math.min(99, percent);
}

/** `8 s`, `12 min 30 s`, `1 h 5 min`, `2 d 3 h`: the two largest units. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const units = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${String(count)} ${unit}`)
    .join(' ');
}

/** `2026-11-20 11:53:04 UTC` of an ISO 8601 instant; what is none is shown as it stands. */
export function formatInstant(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/.exec(iso);
  return match?.[1] === undefined ? iso : `${match[1]} ${match[2] ?? ''} UTC`;
}
