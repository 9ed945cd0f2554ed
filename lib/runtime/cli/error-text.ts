/** What a user reads when a command fails: what is to be mended; a stack trace never, unless asked for. */
import { StoreError, type StoreErrorCode, UserError } from '../../core/errors.ts';

/** What mends it, where there is a usual remedy. */
const REMEDIES: Readonly<Partial<Record<StoreErrorCode, string>>> = {
  denied: 'check the key, and grant it what `oss2cos policy` prints',
  missing_bucket: 'check bucket and region',
  unavailable: 'check endpoint, network and proxy',
  timeout: 'check endpoint, network and proxy',
};

/** @param debug whether to add the stack of a defect */
export function errorText(error: unknown, debug: boolean): string {
  if (error instanceof UserError) return error.message;
  if (error instanceof StoreError) return storeSentence(error);
  if (isSystemError(error)) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  const stack = debug && error instanceof Error ? `\n${error.stack ?? ''}` : '';
  const remedy = debug ? '' : '; OSS2COS_DEBUG=1 adds what it needs';
  return `${message}\nthis is a defect, please report it${remedy}${stack}`;
}

/** `GetObject failed: <what was said> (AccessDenied, HTTP 403, request id …); <what mends it>`, nothing twice. */
function storeSentence({ operation, message, code, vendorCode, status, requestId }: StoreError): string {
  const untold = (fact: string | number | undefined) => fact !== undefined && !message.includes(String(fact));
  const facts = [
    ...(untold(vendorCode) ? [vendorCode] : []),
    ...(untold(status) ? [`HTTP ${String(status)}`] : []),
    ...(untold(requestId) ? [`request id ${requestId ?? ''}`] : []),
  ];
  const said = message.startsWith(operation) ? message : `${operation} failed: ${message}`;
  const remedy = REMEDIES[code];
  return [
    said,
    facts.length === 0 ? '' : ` (${facts.join(', ')})`,
    remedy === undefined ? '' : `; ${remedy}`,
  ].join('');
}

/** The machine refused something (a full disk, a directory that may not be written): no defect of ours. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
