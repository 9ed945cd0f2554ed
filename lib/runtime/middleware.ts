/** What every function does around its job. */
import type { MiddlewareObj } from '@middy/core';
import { UserError } from '../core/errors.ts';
import type { Log } from '../ports/log.ts';
import { isTriggerEvent } from './trigger-event.ts';

/** A failed batch is delivered again by its trigger; the log tells why. */
export function logsFailures(log: Pick<Log, 'error'>): MiddlewareObj {
  return {
    onError: ({ error, context }) => {
      const { function_name: name, request_id: requestId } = context as {
        function_name: string;
        request_id: string;
      };
      log.error('invocation failed', { function: name, requestId, problem: error?.message });
    },
  };
}

/** Whoever invokes a function by hand gets the list of mistakes as the answer, not a stack trace. */
export function answersUserErrors(): MiddlewareObj {
  return {
    onError: (request) => {
      if (request.error instanceof UserError && !isTriggerEvent(request.event)) {
        request.response = { error: request.error.message, mistakes: request.error.mistakes };
      }
    },
  };
}
