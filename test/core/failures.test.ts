import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTROL_RETRY, OBJECT_RETRY, retryDelayMs } from '../../lib/core/backoff.ts';
import { isRetryable, StoreError, type StoreErrorCode, UserError } from '../../lib/core/errors.ts';
import { FAILURE_CLASSES, FAILURE_CODES, failureOf, ObjectFailure } from '../../lib/core/failures.ts';

/** Every code, and whether the same call may succeed later. */
const CODES: Record<StoreErrorCode, readonly [failure: string, retryable: boolean]> = {
  throttled: ['THROTTLED', true],
  unavailable: ['NETWORK', true],
  timeout: ['TIMEOUT', true],
  corrupt: ['CHECKSUM_MISMATCH', true],
  busy: ['THROTTLED', true],
  denied: ['ACCESS_DENIED', false],
  gone: ['SOURCE_GONE', false],
  missing_bucket: ['ACCESS_DENIED', false],
  stale: ['SOURCE_CHANGED', false],
  archived: ['ARCHIVED', false],
  exists: ['UNKNOWN', false],
  key_too_long: ['KEY_TOO_LONG', false],
  key_illegal: ['KEY_ILLEGAL', false],
  metadata_too_large: ['METADATA_TOO_LARGE', false],
  metadata_illegal: ['METADATA_ILLEGAL', false],
  too_large: ['OBJECT_TOO_LARGE', false],
  quota: ['TARGET_QUOTA', false],
  cancelled: ['CANCELLED', false],
  invalid: ['UNKNOWN', false],
  unknown: ['UNKNOWN', true],
};

describe('an error', () => {
  it('of a store amounts to one failure class, with its request id', () => {
    for (const [code, [failure, retryable]] of Object.entries(CODES)) {
      const error = new StoreError('m', {
        code: code as StoreErrorCode,
        operation: 'GetObject',
        requestId: 'r',
      });
      expect(failureOf(error)).toEqual({ code: failure, message: 'm', requestId: 'r' });
      expect([code, isRetryable(error)]).toEqual([code, retryable]);
    }
  });

  it('that no adapter translated is unknown and not tried again', () => {
    for (const error of [new TypeError('m'), new UserError('m'), 'm']) {
      expect(failureOf(error)).toEqual({ code: 'UNKNOWN', message: 'm' });
      expect(isRetryable(error)).toBe(false);
    }
  });

  it('of the object itself keeps its class', () => {
    expect(failureOf(new ObjectFailure('METADATA_ILLEGAL', 'm'))).toEqual({
      code: 'METADATA_ILLEGAL',
      message: 'm',
    });
  });

  it('of the user lists all mistakes in its message', () => {
    expect(new UserError('two:', ['a', 'b']).message).toBe('two:\n  - a\n  - b');
  });
});

describe('a failure class', () => {
  it('says what to do, in whole sentences', () => {
    for (const code of FAILURE_CODES) expect(FAILURE_CLASSES[code].hint).toMatch(/^[A-Z].{20,}\.$/);
  });
});

describe('the delay before another attempt', () => {
  const dice = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('doubles from attempt to attempt, up to its bound', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), dice, (attempt, die) => {
        for (const policy of [OBJECT_RETRY, CONTROL_RETRY]) {
          const delayMs = retryDelayMs(policy, attempt, die);
          const ceiling = Math.min(policy.delayMsMax, policy.delayMsFirst * 2 ** (attempt - 1));
          expect(delayMs).toBeGreaterThanOrEqual(ceiling / 2);
          expect(delayMs).toBeLessThanOrEqual(ceiling);
        }
      }),
    );
  });

  it('is never shorter than the store asked for', () => {
    expect(retryDelayMs(OBJECT_RETRY, 1, 0, 5_000)).toBe(5_000);
    expect(retryDelayMs(OBJECT_RETRY, 1, 0, 1)).toBe(100);
  });
});
