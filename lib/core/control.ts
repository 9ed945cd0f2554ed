/** `control.json`: what the user asks of a running task. Functions read it every few seconds. */
import * as z from 'zod';
import { UserError } from './errors.ts';
import { limitsShape } from './limits.ts';
import { mistakesOf } from './mistakes.ts';

const controlShape = z.strictObject({
  state: z.enum(['running', 'paused', 'cancelled']),
  /** In place of the task's own. */
  limits: limitsShape.optional(),
});

export type Control = z.output<typeof controlShape>;

/** What holds where nobody has written a control object. */
export const RUNNING: Control = Object.freeze({ state: 'running' });

/** Throws `UserError` naming `where` and every mistake. */
export function parseControl(text: string, where: string): Control {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UserError(`${where} is not JSON; write it with oss2cos pause, resume, cancel or limit`);
  }
  const parsed = controlShape.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UserError(`${where} has mistakes:`, mistakesOf(parsed.error, 'control object'));
}
