/** What a function answered, shown as `invoke` shows it: the answer on stdout, what the caller got wrong as an error. */
import { UserError } from '../../lib/core/errors.ts';
import type { Say } from './context.ts';

/** The handlers answer a user's mistakes as an object instead of failing. */
interface Refused {
  readonly error: string;
  readonly mistakes?: readonly string[];
}

/** `text` is JSON, or empty where the function answered nothing. */
export function showAnswer(text: string, say: Say): void {
  const answer = parsed(text);
  if (isRefused(answer)) throw new UserError(unlisted(answer), answer.mistakes);
  say.answer(JSON.stringify(answer, undefined, 2));
}

function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isRefused(answer: unknown): answer is Refused {
  return (
    typeof answer === 'object' && answer !== null && 'error' in answer && typeof answer.error === 'string'
  );
}

/** The message of a `UserError` has its mistakes in it already. */
function unlisted({ error, mistakes = [] }: Refused): string {
  return mistakes.length === 0 ? error : (error.split('\n')[0] ?? error);
}
