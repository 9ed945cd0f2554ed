/** The errors that cross a port, and the one that a user caused. Adapters translate their vendor's answers into these; nobody reads a message text. */

/**
 * What a store, queue or table can answer, and whether the same call may succeed later.
 * A closed table: a new code has to say whether to retry.
 */
const RETRYABLE = {
  throttled: true, // 503, 429, QoS delay
  unavailable: true, // 5xx, connection refused or reset
  timeout: true, // no byte moved for too long
  corrupt: true, // digest or length differs from what was sent
  busy: true, // 409 of a store that serialises writers (PathConflict, UploadConflict)
  denied: false, // 403, unknown key, wrong signature
  gone: false, // 404 on an object
  missing_bucket: false, // 404 on the bucket
  stale: false, // 412: no longer the version that was listed
  archived: false, // 403 InvalidObjectState
  exists: false, // 409 FileAlreadyExists
  key_too_long: false,
  key_illegal: false,
  metadata_too_large: false,
  metadata_illegal: false,
  too_large: false,
  quota: false, // the account or bucket is full or overdue
  cancelled: false,
  invalid: false, // the store refuses the request: a mistake of ours or a setting
  unknown: true,
} as const satisfies Record<string, boolean>;

export type StoreErrorCode = keyof typeof RETRYABLE;

export interface StoreErrorDetails {
  readonly code: StoreErrorCode;
  /** The operation that failed, as the vendor names it: `GetObject`. */
  readonly operation: string;
  /** The vendor's own code and HTTP status, for the report: `NoSuchKey`, 404. */
  readonly vendorCode?: string | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** The store asked to wait this long before the next request, in ms. */
  readonly retryAfterMs?: number | undefined;
}

/** The one error that crosses a port; the vendor's own error is the `cause`. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  readonly operation: string;
  readonly vendorCode: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, details: StoreErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.code = details.code;
    this.operation = details.operation;
    this.vendorCode = details.vendorCode;
    this.status = details.status;
    this.requestId = details.requestId;
    this.retryAfterMs = details.retryAfterMs;
  }

  get retryable(): boolean {
    return RETRYABLE[this.code];
  }
}

/** Something the user has to mend: shown without a stack trace, all mistakes at once. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly mistakes: readonly string[];

  constructor(message: string, mistakes: readonly string[] = []) {
    super(mistakes.length === 0 ? message : `${message}\n${mistakes.map((m) => `  - ${m}`).join('\n')}`);
    this.mistakes = mistakes;
  }
}

/** Whether trying the same call again may help; errors that are not a store's answer are defects and do not. */
export function isRetryable(error: unknown): boolean {
  return error instanceof StoreError && error.retryable;
}
