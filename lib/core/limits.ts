/** The limits of a task: two rates, or a table of rates by the time of day. */
import * as z from 'zod';
import { byteSize } from './byte-size.ts';
import { isTimeZone, minuteOfDay, parseTimeOfDay, TIME_OF_DAY, windowMistakes } from './time-of-day.ts';

const rates = {
  requestsPerSecond: z
    .number()
    .positive()
    .optional()
    .meta({ description: 'objects’ requests a second, over all functions' }),
  bytesPerSecond: byteSize('bytes a second, over all functions')
    .refine((perSecond) => perSecond > 0, 'must be more than 0')
    .optional(),
};

const timeOfDay = z.string().regex(TIME_OF_DAY, 'is not a time of day such as "22:00"');

const window = z.strictObject({
  from: timeOfDay.optional().meta({
    description:
      'in a list of limits by the time of day: when these begin; the one entry without times holds outside all others, which is unlimited where there is none',
  }),
  to: timeOfDay.optional().meta({ description: 'when these end; before "from": on the next day' }),
  timeZone: z.string().refine(isTimeZone, 'is not a time zone such as "Asia/Shanghai"').optional().meta({
    description: 'of the whole list, in any one entry: an IANA name such as "Asia/Shanghai"; default: UTC',
  }),
  ...rates,
});

const table = z
  .array(window)
  .min(1, 'has no entry')
  .superRefine((windows, context) => {
    for (const { at, what } of windowMistakes(windows)) {
      context.addIssue({ code: 'custom', message: what, path: [at] });
    }
  });

export const ratesShape = z.strictObject(rates);

export const limitsShape = z.union(
  [ratesShape, table],
  'is neither an object with limits nor a list of such by the time of day',
);

export type Limits = z.output<typeof limitsShape>;

/** What holds at a moment; what is undefined is unlimited. */
export interface Rates {
  readonly requestsPerSecond?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
}

export function limitsAt(limits: Limits, nowMs: number): Rates {
  if (!isTable(limits)) return limits;
  const minute = minuteOfDay(nowMs, limits.find(({ timeZone }) => timeZone !== undefined)?.timeZone);
  const isNow = ({ from, to }: (typeof limits)[number]) =>
    from !== undefined && to !== undefined && isWithin(minute, parseTimeOfDay(from), parseTimeOfDay(to));
  const holds = limits.find(isNow) ?? limits.find(({ from }) => from === undefined);
  return { requestsPerSecond: holds?.requestsPerSecond, bytesPerSecond: holds?.bytesPerSecond };
}

export function isLimited({ requestsPerSecond, bytesPerSecond }: Rates): boolean {
  return requestsPerSecond !== undefined || bytesPerSecond !== undefined;
}

function isTable(limits: Limits): limits is Extract<Limits, readonly unknown[]> {
  return Array.isArray(limits);
}

function isWithin(minute: number, from: number, to: number): boolean {
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}
