/** How the end of an invocation reads to its caller. */
import { SCF } from '../../../../lib/core/platform.ts';
import type { DeployedFunction, InvokeOutcome } from '../runtime.ts';
import type { Ended, Ending } from './instance/instance.ts';
import { type Failure, failureText, STATUS } from './status.ts';

/** What `Invoke` answers of the log (document 583/17243): its end. */
const LOG_BYTES_MAX = 4 * 1024;

const THREW = 'user code exception caught';

/** The end of a log, in whole characters. */
function logTail(lines: readonly string[]): string {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  if (bytes.length <= LOG_BYTES_MAX) return bytes.toString();
  const isInsideCharacter = (at: number): boolean => ((bytes[at] ?? 0) & 0xc0) === 0x80;
  let from = bytes.length - LOG_BYTES_MAX;
  while (isInsideCharacter(from)) from++;
  return bytes.subarray(from).toString();
}

/** What is wrong with an event before any code sees it. */
export function eventFailure(event: string): Failure | undefined {
  if (Buffer.byteLength(event) > SCF.syncEventBytesMax)
    return { status: STATUS.eventTooLarge, message: 'RequestTooLarge: the event exceeds 6 MB' };
  try {
    JSON.parse(event);
    return undefined;
  } catch {
    return { status: STATUS.eventNotJson, message: 'InvalidParameterValue: the event is not JSON' };
  }
}

export function throttledFailure({ name, reservedConcurrencyMb }: DeployedFunction): Failure {
  const quota = `${reservedConcurrencyMb ?? 0} MB`;
  return {
    status: STATUS.throttled,
    message: `ResourceLimitReached: Function [ ${name} ] concurrency exceeded reserved quota ${quota}`,
  };
}

/** While code loads, the time limit is the one of initialization. */
export function loadFailure(fn: DeployedFunction, ending: Ending): Failure {
  if (ending.kind === 'overtime')
    return { status: STATUS.initOvertime, message: 'InitContainerTimeout: the code was not loaded in time' };
  return failureOf(fn, ending) ?? { status: STATUS.system, message: 'the instance did not load its code' };
}

export function failureOf(fn: DeployedFunction, ending: Ending): Failure | undefined {
  switch (ending.kind) {
    case 'ready':
    case 'answered':
      return answerFailure(ending);
    case 'threw':
      return { status: STATUS.codeThrew, message: THREW, stack: ending.stack };
    case 'unloadable':
      return ending.notFound
        ? { status: STATUS.handlerNotFound, message: 'HandlerNotFound', stack: ending.stack }
        : { status: STATUS.codeThrew, message: THREW, stack: ending.stack };
    case 'exited':
      return { status: STATUS.exited, message: `User process exit when running: ${ending.how}` };
    case 'overtime':
      return { status: STATUS.overtime, message: `Invoking task timed out after ${fn.timeoutS} seconds` };
    case 'overweight':
      return { status: STATUS.overweight, message: `Task memory exceeded ${fn.memoryMb} MB` };
    case 'dismissed':
      return { status: STATUS.system, message: 'the instance was ended' };
  }
}

function answerFailure(ending: Ending): Failure | undefined {
  const tooLarge = ending.kind === 'answered' && Buffer.byteLength(ending.json) > SCF.syncEventBytesMax;
  if (!tooLarge) return undefined;
  return { status: STATUS.answerTooLarge, message: 'The size of response exceeds the upper limit (6MB)' };
}

interface InvocationEnd {
  readonly requestId: string;
  readonly failure: Failure | undefined;
  readonly lines: readonly string[];
  readonly ended?: Ended;
}

export function outcomeOf({ requestId, failure, lines, ended }: InvocationEnd): InvokeOutcome {
  const json = ended?.ending.kind === 'answered' ? ended.ending.json : 'null';
  return {
    requestId,
    status: failure?.status ?? STATUS.ok,
    retMsg: failure === undefined ? json : failureText(requestId, failure),
    errMsg: failure === undefined ? '' : (failure.stack ?? failure.message),
    log: logTail(lines),
    durationMs: ended?.durationMs ?? 0,
    memoryBytes: ended?.memoryBytes ?? 0,
  };
}
