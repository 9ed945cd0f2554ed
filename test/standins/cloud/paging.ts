/** A page of a listing, as `Offset` and `Limit` ask for it. */
import { check } from './refusal.ts';

interface PageParams {
  readonly Offset?: number | string;
  readonly Limit?: number | string;
}

interface PageLimits {
  readonly limitDefault: number;
  readonly limitMax: number;
}

/** @throws Refusal where Offset or Limit is no number in its range */
export function page<T>(all: readonly T[], params: PageParams, { limitDefault, limitMax }: PageLimits): T[] {
  const offset = Number(params.Offset ?? 0);
  const limit = Number(params.Limit ?? limitDefault);
  const name = Number.isInteger(offset) && offset >= 0 ? 'Limit' : 'Offset';
  const inRange = Number.isInteger(limit) && limit >= 0 && limit <= limitMax;
  check(
    name === 'Limit' && inRange,
    'InvalidParameterValue',
    `\`${name}\` must be an integer${name === 'Limit' ? ` from 0 to ${limitMax}` : ', 0 or more'}.`,
  );
  return all.slice(offset, offset + limit);
}
