/** Finds a task's state objects from what the user typed, and says what to type to name the task again. */
import { clearTextHost } from '../../core/endpoint.ts';
import { UserError } from '../../core/errors.ts';
import type { StateLocation } from '../../core/messages.ts';
import type { Task } from '../../core/task.ts';
import type { Report } from '../../core/report.ts';
import { TASK_ID } from '../../core/task-shape.ts';
import { stateLocationOf } from '../../app/task-state.ts';
import { type CliContext, note } from './context.ts';
import { readTask, STDIN } from './task-file.ts';

export const DEFAULT_STATE_DIR = '.oss2cos';

export interface TargetOptions {
  readonly stateDir: string;
  /** With an address: where its bucket is. */
  readonly region?: string;
  readonly endpoint?: string;
  /** The endpoint may be http on another machine. */
  readonly allowHttp?: boolean;
}

export interface TaskTarget {
  readonly taskId: string;
  readonly location: StateLocation;
  /** The arguments that name it. */
  readonly words: readonly string[];
}

const ADDRESS = /^cos:\/\/(?<bucket>[^/]+)\/(?<prefix>(?:.*\/)?(?<taskId>[^/]+))\/?$/s;

/** Throws `UserError` where the argument names no task, or an address comes without its region. */
export async function findTask(
  io: CliContext,
  argument: string,
  options: TargetOptions,
): Promise<TaskTarget> {
  if (argument.startsWith('cos://')) return targetAt(argument, options);
  const task = await readTask(io, argument, options.stateDir);
  const target = targetOf(task, options.stateDir);
  return argument === STDIN || argument === task.taskId ? target : { ...target, words: [argument] };
}

/** Where it lies, whatever it says: for what a task file names that was edited since, or that others may have written. */
export function addressOf({ taskDigest: _, ...address }: StateLocation): StateLocation {
  return address;
}

/** A task that this state directory knows, or will know. */
export function targetOf(task: Task, stateDir: string): TaskTarget {
  const words = stateDir === DEFAULT_STATE_DIR ? [] : ['--state-dir', stateDir];
  return { taskId: task.taskId, location: stateLocationOf(task), words: [task.taskId, ...words] };
}

function targetAt(address: string, { region, endpoint, allowHttp = false }: TargetOptions): TaskTarget {
  const { bucket, prefix, taskId } = ADDRESS.exec(address)?.groups ?? {};
  if (bucket === undefined || prefix === undefined || taskId === undefined || !TASK_ID.test(taskId))
    throw new UserError(`${address} is not the address of a task such as cos://BUCKET/.oss2cos/TASKID`);
  if (region === undefined)
    throw new UserError(`${address} needs --region, the region of the bucket ${bucket}`);
  if (endpoint !== undefined && clearTextHost(endpoint) !== undefined && !allowHttp)
    throw new UserError(
      `--endpoint ${endpoint} is http, which shows the task to the network; use https, or add --allow-http`,
    );
  const where = endpoint === undefined ? {} : { endpoint };
  const words = [address, '--region', region, ...endpointWords(endpoint)];
  return { taskId, location: { bucket, region, ...where, prefix: `${prefix}/` }, words };
}

/** The options that name an endpoint. */
export function endpointWords(endpoint: string | undefined): string[] {
  if (endpoint === undefined) return [];
  return ['--endpoint', endpoint, ...(clearTextHost(endpoint) === undefined ? [] : ['--allow-http'])];
}

/** `oss2cos resume photos-2026`: to be pasted into a shell. */
export function spell(command: string, words: readonly string[]): string {
  return ['oss2cos', command, ...words.map(quote)].join(' ');
}

/** The summary names commands by the task's id; where it takes more than the id to name the task, this says so. */
export function noteNext(io: CliContext, { status, manifests }: Report, { words }: TaskTarget): void {
  if (words.length === 1) return;
  if (status === 'paused') note(io, `let it go on with: ${spell('resume', words)}`);
  if (manifests.failed !== undefined) note(io, `try what failed again with: ${spell('retry', words)}`);
}

function quote(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
