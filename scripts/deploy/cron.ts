/** SCF's timers: seven fields, second to year (document 583/9708). */

const FIELDS = [
  { name: 'second', from: 0, to: 59 },
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12 },
  { name: 'weekday', from: 0, to: 6 },
  { name: 'year', from: 1970, to: 2099 },
] as const;

const NAMES: Readonly<Record<string, readonly string[]>> = {
  month: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  weekday: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
};

/** What is wrong with it; undefined when SCF takes it. */
export function cronMistake(cron: string): string | undefined {
  const parts = cron.trim().split(/\s+/);
  if (parts.length !== FIELDS.length)
    return `has ${parts.length} fields; SCF wants seven: second minute hour day month weekday year`;
  const wrong = FIELDS.find((field, index) => !isField(parts[index] ?? '', field));
  return wrong === undefined
    ? undefined
    : `has a wrong ${wrong.name}; it goes from ${wrong.from} to ${wrong.to}, with * , - and /`;
}

function isField(text: string, field: (typeof FIELDS)[number]): boolean {
  return text.split(',').every((item) => {
    const [range = '', step, ...more] = item.split('/');
    if (more.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
    if (range === '*') return true;
    const ends = range.split('-').map((end) => valueOf(end, field));
    const [from, to = from] = ends;
    return ends.length <= 2 && from !== undefined && to !== undefined && from <= to;
  });
}

function valueOf(text: string, { name, from, to }: (typeof FIELDS)[number]): number | undefined {
  const named = NAMES[name]?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return from + named;
  const value = Number(text);
  return /^\d+$/.test(text) && value >= from && value <= to ? value : undefined;
}
