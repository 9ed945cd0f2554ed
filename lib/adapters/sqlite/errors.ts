/** SQLite's result codes as `StoreError`. */
import { StoreError, type StoreErrorCode } from '../../core/errors.ts';

/** By primary result code (https://www.sqlite.org/rescode.html); all others are `unknown`. */
const CODES: readonly (readonly [RegExp, StoreErrorCode])[] = [
  [/^SQLITE_(BUSY|LOCKED)(_|$)/, 'busy'],
  [/^SQLITE_(IOERR|CANTOPEN|FULL|PERM|READONLY|NOMEM|PROTOCOL)(_|$)/, 'unavailable'],
];

interface DriverError {
  readonly code?: unknown;
  readonly message?: unknown;
}

/** `otherwise` is what an error without a result code amounts to. */
export function storeErrorOf(
  error: unknown,
  operation: string,
  otherwise: StoreErrorCode = 'unknown',
): StoreError {
  if (error instanceof StoreError) return error;
  const { code, message } = (typeof error === 'object' && error !== null ? error : {}) as DriverError;
  const vendorCode = typeof code === 'string' && code !== '' ? code : undefined;
  const known = CODES.find(([pattern]) => vendorCode !== undefined && pattern.test(vendorCode));
  return new StoreError(
    `SQLite: ${String(message ?? error)}`,
    { code: known?.[1] ?? otherwise, operation, vendorCode },
    { cause: error },
  );
}
