/** The task: what a user asks for. Parsed once, all mistakes together; frozen and fully spelled out from there on. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { clearTextHost } from './endpoint.ts';
import { UserError } from './errors.ts';
import { liesUnder } from './layout.ts';
import { mistakesOf } from './mistakes.ts';
import { taskShape } from './task-shape.ts';

const METADATA_NAME = /^[a-z0-9-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

type TaskShape = z.output<typeof taskShape>;

/** A validated task: defaults filled in, sizes in bytes. Its JSON is itself a valid task. */
export interface Task extends TaskShape {
  readonly taskId: string;
  readonly state: { readonly bucket: string; readonly prefix: string };
}

/** What no single field can know. */
function crossMistakes(task: CrossChecked): string[] {
  const mistakes: string[] = [];
  const { source, target, filter, headers } = task;
  if (target.stripPrefix && source.prefix === '')
    mistakes.push('target.stripPrefix: there is no source.prefix to strip');
  if (headers.mode === 'replace' && headers.set === undefined)
    mistakes.push('headers.set: is needed with mode "replace"');
  if (headers.mode !== 'replace' && headers.set !== undefined)
    mistakes.push('headers.set: goes with mode "replace" only');
  for (const [name, value] of Object.entries(headers.set ?? {})) {
    if (!isSettableHeader(name))
      mistakes.push(`headers.set.${name}: is neither a standard object header nor x-cos-meta-[a-z0-9-]+`);
    if (!HEADER_VALUE.test(value)) mistakes.push(`headers.set.${name}: has a value that no header can carry`);
  }
  if (filter.minBytes !== undefined && filter.maxBytes !== undefined && filter.minBytes > filter.maxBytes) {
    mistakes.push('filter: minBytes is larger than maxBytes');
  }
  if (
    filter.modifiedAfter !== undefined &&
    filter.modifiedBefore !== undefined &&
    Date.parse(filter.modifiedAfter) >= Date.parse(filter.modifiedBefore)
  ) {
    mistakes.push('filter: modifiedAfter is not before modifiedBefore');
  }
  return [...mistakes, ...stateMistakes(task), ...clearTextMistakes(task)];
}

function stateMistakes({ target, state }: CrossChecked): string[] {
  const isShared = state.bucket === undefined || state.bucket === target.bucket;
  return isShared && liesUnder(target.prefix, state.prefix)
    ? [`target.prefix: lies in state.prefix, ${JSON.stringify(state.prefix)}, where no object is put`]
    : [];
}

function clearTextMistakes({ source, target, allowHttp = [] }: CrossChecked): string[] {
  const allowed = new Set(allowHttp.map((host) => host.toLowerCase()));
  return Object.entries({ source, target }).flatMap(([side, { endpoint }]) => {
    const host = endpoint === undefined ? undefined : clearTextHost(endpoint);
    if (host === undefined || allowed.has(host)) return [];
    return `${side}.endpoint: is http, which shows keys and contents to the network; use https, or list "${host}" in allowHttp`;
  });
}

/** The object headers that OSS and COS both keep and answer (PutObject of either). */
const OBJECT_HEADERS = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
] as const;
export const META_PREFIX = 'x-cos-meta-';

function isSettableHeader(name: string): boolean {
  const lower = name.toLowerCase();
  if ((OBJECT_HEADERS as readonly string[]).includes(lower)) return true;
  return lower.startsWith(META_PREFIX) && METADATA_NAME.test(lower.slice(META_PREFIX.length));
}

/** Parses a task; throws `UserError` that lists every mistake with its path. */
export function parseTask(input: unknown): Task {
  const parsed = taskShape.safeParse(input);
  const mistakes = parsed.success
    ? crossMistakes(parsed.data)
    : [...mistakesOf(parsed.error, 'task'), ...crossMistakes(soundParts(input))];
  if (!parsed.success || mistakes.length > 0) throw new UserError('the task has mistakes:', mistakes);
  const state = { ...parsed.data.state, bucket: parsed.data.state.bucket ?? parsed.data.target.bucket };
  const task = { ...parsed.data, state };
  return deepFreeze({ ...task, taskId: task.taskId ?? defaultTaskId(task) });
}

type CrossChecked = Pick<TaskShape, 'filter' | 'headers' | 'state' | 'allowHttp'> & {
  readonly source: Pick<TaskShape['source'], 'prefix' | 'endpoint'>;
  readonly target: Pick<TaskShape['target'], 'bucket' | 'prefix' | 'stripPrefix' | 'endpoint'>;
};

/** The parts of a task without mistakes of their own, defaults for the others: enough to look at what they say together. */
function soundParts(input: unknown): CrossChecked {
  const given: Readonly<Record<string, unknown>> =
    typeof input === 'object' && input !== null ? { ...input } : {};
  const { source, target, filter, headers, state, allowHttp } = taskShape.shape;
  return {
    source: source.safeParse(given.source).data ?? { prefix: 'unknown' },
    target: target.safeParse(given.target).data ?? { bucket: 'unknown', prefix: '', stripPrefix: false },
    filter: filter.safeParse(given.filter).data ?? {},
    headers: headers.safeParse(given.headers).data ?? headers.parse(undefined),
    state: state.safeParse(given.state).data ?? state.parse(undefined),
    allowHttp: allowHttp.safeParse(given.allowHttp).data,
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const nested of Object.values(value) as unknown[]) {
    if (typeof nested === 'object' && nested !== null) deepFreeze(nested);
  }
  return Object.freeze(value);
}

/** Tasks are frozen, and every message about one names its digest. */
const digests = new WeakMap<object, string>();

/** Tells whether two tasks ask for the same: a hash over everything but the id, whatever the order of properties. */
export function taskDigest(task: Omit<Task, 'taskId'>): string {
  const known = digests.get(task);
  if (known !== undefined) return known;
  const { taskId: _, ...rest } = task as Task;
  const digest = createHash('sha256').update(canonicalJson(rest)).digest('hex');
  if (Object.isFrozen(task)) digests.set(task, digest);
  return digest;
}

function defaultTaskId(task: Omit<Task, 'taskId'>): string {
  return `${task.source.bucket.slice(0, 50)}-${taskDigest(task).slice(0, 12)}`;
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, nested: unknown) =>
    nested !== null && typeof nested === 'object' && !Array.isArray(nested)
      ? Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)))
      : nested,
  );
}
