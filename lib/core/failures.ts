/** The failure classes of the report: each answers "would a retry help?" and tells what to do. */
import { StoreError, type StoreErrorCode } from './errors.ts';

interface FailureClass {
  /** Whether running the failed manifest again, with nothing changed, can succeed. */
  readonly retryable: boolean;
  readonly hint: string;
}

/** The report, the README's table and the exit status follow from this one table. */
export const FAILURE_CLASSES = {
  THROTTLED: {
    retryable: true,
    hint: 'A store answered too often that it is busy. Lower limits.requestsPerSecond, or retry at a quieter hour.',
  },
  ACCESS_DENIED: {
    retryable: false,
    hint: 'The key may not read the source object or write the target. Grant what `oss2cos policy` prints, then retry.',
  },
  SOURCE_GONE: {
    retryable: false,
    hint: 'The object was deleted after it was listed. Nothing to do, unless it should still exist.',
  },
  SOURCE_CHANGED: {
    retryable: true,
    hint: 'The object was overwritten after it was listed. Retry takes the version found then.',
  },
  ARCHIVED: {
    retryable: false,
    hint: 'The object is archived. Restore it in OSS (RestoreObject), wait until that is done, then retry.',
  },
  KEY_TOO_LONG: {
    retryable: false,
    hint: 'COS takes keys of at most 850 bytes. Shorten target.prefix, use stripPrefix, or rename the object.',
  },
  KEY_ILLEGAL: {
    retryable: false,
    hint: 'COS cannot hold this key (leading / or \\, or a control character 0x18-0x1B), it lies in the state prefix, or the manifest line is not a key. Set a target.prefix or rename it.',
  },
  METADATA_TOO_LARGE: {
    retryable: false,
    hint: 'COS takes 2 KB of user metadata, OSS 8 KB. Use headers.mode "drop" or "replace" for these keys.',
  },
  METADATA_ILLEGAL: {
    retryable: false,
    hint: 'COS cannot hold a metadata name or tag of this object. Set headers.onIllegal to "rename" or "drop".',
  },
  OBJECT_TOO_LARGE: {
    retryable: false,
    hint: 'The object is larger than COS takes (10,000 parts of 5 GB).',
  },
  CHECKSUM_MISMATCH: {
    retryable: true,
    hint: 'The bytes that arrived were not the bytes that were sent, several times. Nothing corrupt was left. Check the network path, then retry.',
  },
  NETWORK: {
    retryable: true,
    hint: 'Connections failed or a store answered 5xx until the attempts were used up. Retry.',
  },
  TIMEOUT: {
    retryable: true,
    hint: 'No byte moved for too long, or no function finished the work within its attempts. Retry; lower the concurrency if it recurs.',
  },
  TARGET_QUOTA: {
    retryable: false,
    hint: 'The target account or bucket refuses more data. Settle the bill or raise the quota, then retry.',
  },
  CANCELLED: {
    retryable: true,
    hint: 'The task was cancelled before this object was tried. Retry takes it up.',
  },
  UNKNOWN: {
    retryable: true,
    hint: 'A store answered something unforeseen; the message and request id tell more. Retry, then report it.',
  },
} as const satisfies Record<string, FailureClass>;

export type FailureCode = keyof typeof FAILURE_CLASSES;
export const FAILURE_CODES = Object.keys(FAILURE_CLASSES) as [FailureCode, ...FailureCode[]];

const CODE_OF: Readonly<Record<StoreErrorCode, FailureCode>> = {
  throttled: 'THROTTLED',
  unavailable: 'NETWORK',
  timeout: 'TIMEOUT',
  corrupt: 'CHECKSUM_MISMATCH',
  busy: 'THROTTLED',
  denied: 'ACCESS_DENIED',
  gone: 'SOURCE_GONE',
  missing_bucket: 'ACCESS_DENIED',
  stale: 'SOURCE_CHANGED',
  archived: 'ARCHIVED',
  exists: 'UNKNOWN',
  key_too_long: 'KEY_TOO_LONG',
  key_illegal: 'KEY_ILLEGAL',
  metadata_too_large: 'METADATA_TOO_LARGE',
  metadata_illegal: 'METADATA_ILLEGAL',
  too_large: 'OBJECT_TOO_LARGE',
  quota: 'TARGET_QUOTA',
  cancelled: 'CANCELLED',
  invalid: 'UNKNOWN',
  unknown: 'UNKNOWN',
};

/** Why one object failed, as it stands in results, report and failed manifest. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  readonly requestId?: string | undefined;
}

/** An object's own failure: the decision is made, it is data from here on. */
export class ObjectFailure extends Error {
  override readonly name = 'ObjectFailure';
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The failure that an error amounts to. Errors that no adapter translated are `UNKNOWN`. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ObjectFailure) return { code: error.code, message: error.message };
  if (error instanceof StoreError) {
    return { code: CODE_OF[error.code], message: error.message, requestId: error.requestId };
  }
  return { code: 'UNKNOWN', message: error instanceof Error ? error.message : String(error) };
}

export function isFailureRetryable(code: FailureCode): boolean {
  return FAILURE_CLASSES[code].retryable;
}
