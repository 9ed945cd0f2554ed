/** What the cloud refused, as one sentence: what was being done, its code and words, the request id, and what to do. */

export interface Refusal {
  /** As the API names it: `scf CreateFunction`. */
  readonly service: string;
  readonly action: string;
  /** Undefined where no answer came. */
  readonly code: string | undefined;
  readonly words: string;
  readonly requestId: string | undefined;
}

export class CloudError extends Error {
  override readonly name = 'CloudError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(sentence(refusal), options);
    this.refusal = refusal;
  }

  /** `family` is a code or its beginning: `ResourceNotFound` is also `ResourceNotFound.Function`. */
  is(family: string): boolean {
    return isOfFamily(this.refusal.code, family);
  }
}

function sentence({ service, action, code, words, requestId }: Refusal): string {
  const answer = code === undefined ? `no answer: ${words}` : `${code}: ${words}`;
  const id = requestId === undefined || requestId === '' ? '' : ` (request ${requestId})`;
  return `${service} ${action} failed with ${answer}${id}. ${remedy({ service, action, code })}`.trimEnd();
}

const REMEDIES: readonly [family: string, remedy: string][] = [
  ['AuthFailure.SignatureExpire', 'The clock of this machine is wrong by minutes.'],
  ['AuthFailure.SecretIdNotFound', 'TENCENTCLOUD_SECRET_ID is no key of this cloud.'],
  ['AuthFailure.SignatureFailure', 'TENCENTCLOUD_SECRET_KEY does not belong to TENCENTCLOUD_SECRET_ID.'],
  ['AuthFailure.TokenFailure', 'TENCENTCLOUD_TOKEN has expired or belongs to another key.'],
  [
    'ResourceNotFound',
    'Check the id and the region; nothing that was already done is lost, deploy again after.',
  ],
  ['LimitExceeded', 'A quota of the account is used up: free some of it or ask for more.'],
  [
    'RequestLimitExceeded',
    'The API is called too often, also by others of the account: try again in a minute.',
  ],
  ['UnsupportedRegion', 'The service does not exist in this region.'],
  ['FailedOperation.InsufficientBalance', 'The account is overdue.'],
  ['InternalError', 'The cloud failed: try again; deploy goes on where it was.'],
];

function remedy({ service, action, code }: Pick<Refusal, 'service' | 'action' | 'code'>): string {
  if (code === undefined) return 'Check the network and TENCENTCLOUD_ENDPOINT, then run it again.';
  if (isOfFamily(code, 'UnauthorizedOperation') || isOfFamily(code, 'AuthFailure.UnauthorizedOperation'))
    return `The key's user lacks the permission ${service}:${action}: add it in CAM.`;
  return REMEDIES.find(([family]) => isOfFamily(code, family))?.[1] ?? '';
}

function isOfFamily(code: string | undefined, family: string): boolean {
  return code === family || (code?.startsWith(`${family}.`) ?? false);
}

const READS = /^(?:Describe|Get|List|Search|Inquire)/;
/** The second time they do what the first time did; where that was done and the answer lost, they answer "not found". */
const REPEATABLE = /^(?:Update|Modify|Put)/;

/** Whether the same call may be sent again. What creates or invokes is, only if the cloud says that it did nothing. */
export function isWorthRetrying(action: string, code: string | undefined): boolean {
  if (isOfFamily(code, 'RequestLimitExceeded')) return true;
  const isTransient = code === undefined || isOfFamily(code, 'InternalError');
  return isTransient && (READS.test(action) || REPEATABLE.test(action));
}
