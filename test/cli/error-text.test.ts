import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { StoreError, UserError } from '../../lib/core/errors.ts';
import { errorText } from '../../lib/runtime/cli/error-text.ts';

it('a user’s mistakes are listed, without a stack even when debugging', () => {
  const error = new UserError('the task has mistakes:', ['source.bucket: is missing', 'target: is missing']);
  expect(errorText(error, true)).toBe(
    'the task has mistakes:\n  - source.bucket: is missing\n  - target: is missing',
  );
});

it('a store’s refusal is one sentence with its code, status and request id, and what mends it', () => {
  const error = new StoreError('no right to list', {
    code: 'denied',
    operation: 'GetBucket',
    vendorCode: 'AccessDenied',
    status: 403,
    requestId: 'id-7',
  });
  expect(errorText(error, false)).toBe(
    'GetBucket failed: no right to list (AccessDenied, HTTP 403, request id id-7); check the key, and grant it what `oss2cos policy` prints',
  );
});

it('nothing is told twice of a store’s refusal', () => {
  const message = 'PutObject of "a" was answered KeyTooLong (400)';
  const error = new StoreError(message, {
    code: 'key_too_long',
    operation: 'PutObject',
    vendorCode: 'KeyTooLong',
    status: 400,
  });
  expect(errorText(error, false)).toBe(message);
});

it('what the machine refuses is not called a defect', async () => {
  const error: unknown = await readFile('/').catch((reason: unknown) => reason);
  expect(errorText(error, false)).toBe('EISDIR: illegal operation on a directory, read');
});

it('any other error is called a defect, and shows its stack only when debugging', () => {
  const error = new TypeError('x is not a function');
  expect(errorText(error, false)).toBe(
    'x is not a function\nthis is a defect, please report it; OSS2COS_DEBUG=1 adds what it needs',
  );
  expect(errorText(error, true)).toContain('    at ');
  expect(errorText('thrown text', true)).toBe('thrown text\nthis is a defect, please report it');
});
