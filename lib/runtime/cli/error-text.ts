/** What a user reads when a command fails: what is to be mended; a stack trace never, unless asked for. */
import { StoreError, UserError } from '../../core/errors.ts';

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

/** `GetObject failed: <what was said> (AccessDenied, HTTP 403, request id …)` */
function storeSentence({ operation, message, code, vendorCode, status, requestId }: StoreError): string {
  const facts = [
    vendorCode ?? code,
    status === undefined ? undefined : `HTTP ${status}`,
    requestId === undefined ? undefined : `request id ${requestId}`,
  ].filter((fact) => fact !== undefined && !message.includes(fact));
  const said = message.startsWith(operation) ? message : `${operation} failed: ${message}`;
  return facts.length === 0 ? said : `${said} (${facts.join(', ')})`;
}

/** The machine refused something (a full disk, a directory that may not be written): no defect of ours. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
