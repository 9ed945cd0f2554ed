/** Reads the task that a command is given: a file, standard input, or the id of a task this state directory knows. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { parseTask, type Task } from '../../core/task.ts';
import { TASK_ID } from '../../core/task-shape.ts';
import type { CliContext } from './context.ts';

export const STDIN = '-';

/** Where the one-process runtime keeps the task. */
function keptTaskPath(stateDir: string, taskId: string): string {
  return join(stateDir, taskId, 'task.json');
}

/** Throws `UserError`: there is no such task, or it has mistakes (all of them at once). */
export async function readTask(
  io: Pick<CliContext, 'stdin'>,
  argument: string,
  stateDir: string,
): Promise<Task> {
  if (argument === STDIN) return parseTaskText(await textOf(io.stdin), 'standard input');
  const path = await taskPath(argument, stateDir);
  return parseTaskText(await readFile(path, 'utf8'), path);
}

/** A file goes before a task id of the same name: the user can see it. */
async function taskPath(argument: string, stateDir: string): Promise<string> {
  if (await isFile(argument)) return argument;
  if (!TASK_ID.test(argument)) throw new UserError(`there is no task file ${argument}`);
  const kept = keptTaskPath(stateDir, argument);
  if (await isFile(kept)) return kept;
  throw new UserError(
    `there is no task file ${argument}, and the state directory ${stateDir} knows no task of that id; ` +
      'a task that was started elsewhere is named by its address: cos://BUCKET/.oss2cos/TASKID --region REGION',
  );
}

/** Devices and pipes (`<(jq …)`) can be read as well as files. */
async function isFile(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isDirectory();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return false;
    throw error;
  }
}

function parseTaskText(text: string, where: string): Task {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new UserError(`${where} is not JSON: ${(error as SyntaxError).message}`);
  }
  return parseTask(json);
}

async function textOf(chunks: AsyncIterable<Uint8Array | string>): Promise<string> {
  const taken: Buffer[] = [];
  for await (const chunk of chunks) taken.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(taken).toString('utf8');
}
