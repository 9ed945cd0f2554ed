/** What a call to a store was refused with. */
import { StoreError } from '../../lib/core/errors.ts';

export async function errorOf(call: Promise<unknown>): Promise<StoreError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof StoreError) return error;
  throw new Error('it did not reject with a StoreError', { cause: error });
}
