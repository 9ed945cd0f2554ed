/** A byte size as a field of what is parsed: a number, or text such as "100MiB"; in bytes from there on. */
import * as z from 'zod';
import { BYTES_TEXT, parseBytes } from './bytes.ts';

const NOT_A_SIZE = 'is not a byte size: a number, or text such as "100MiB"';

export const byteSize = (what: string) =>
  z
    .union(
      [
        z.number(NOT_A_SIZE).int(NOT_A_SIZE).nonnegative(NOT_A_SIZE),
        z.string().regex(BYTES_TEXT, NOT_A_SIZE),
      ],
      NOT_A_SIZE,
    )
    .transform(parseBytes)
    .refine(Number.isSafeInteger, 'is larger than any store holds')
    .meta({ description: `${what}: a number, or text such as "100MiB"` });
