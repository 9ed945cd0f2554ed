/** SCF's status codes, and what an invocation that failed answers (documents 583/42611, 583/35311). */

export const STATUS = {
  ok: 0,
  /** The system's own trouble: nothing the function did. */
  system: -1,
  eventNotJson: 400,
  eventTooLarge: 406,
  answerTooLarge: 407,
  codeThrew: 430,
  throttled: 432,
  overtime: 433,
  overweight: 434,
  handlerNotFound: 437,
  exited: 439,
  initOvertime: 450,
} as const;

export interface Failure {
  readonly status: number;
  readonly message: string;
  readonly stack?: string;
}

/** Whether a trigger backs off until the invocation goes through. Everything else is an execution error, whose retries are counted. */
export function isHeldBack(status: number): boolean {
  return status === STATUS.throttled || status === STATUS.system;
}

/** The JSON text that stands in for a return value. */
export function failureText(requestId: string, { status, message, stack }: Failure): string {
  return JSON.stringify({
    errorCode: -1,
    errorMessage: message,
    requestId,
    ...(stack === undefined ? {} : { stackTrace: stack }),
    statusCode: status,
  });
}
