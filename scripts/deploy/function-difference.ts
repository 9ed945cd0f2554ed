/** What has to change about one function. */
import type { Change } from './change.ts';
import type { FoundFunction, FoundTrigger } from './found-function.ts';
import type { DesiredFunction, DesiredTrigger } from './stack.ts';
import { codeHashIn } from './stack.ts';

export function functionRefusals(fn: DesiredFunction, is: FoundFunction | undefined): string[] {
  if (is === undefined) return [];
  if (!is.isOurs)
    return [
      `function ${fn.name} exists and was not made by this deployment; rename it, or deploy to another --stage`,
    ];
  if (is.runtime !== fn.runtime && is.status !== 'CreateFailed')
    return [
      `function ${fn.name} runs on ${is.runtime}, and SCF cannot change that to ${fn.runtime}; remove it first`,
    ];
  return [];
}

/** `logTopicId` is undefined where it is still to be made. */
export function* functionChanges(
  fn: DesiredFunction,
  is: FoundFunction | undefined,
  logTopicId: string | undefined,
): Generator<Change> {
  if (is?.isOurs === false) return;
  if (is?.status === 'CreateFailed') yield { kind: 'delete failed function', fn, reason: is.statusReason };
  if (is === undefined || is.status === 'CreateFailed') yield { kind: 'create function', fn };
  else yield* updates(fn, is, logTopicId);
  if (is?.reservedMb !== fn.reservedMb)
    yield { kind: 'reserve', fn, from: is?.reservedMb, to: fn.reservedMb };
  yield* triggerChanges(fn, is?.triggers ?? []); // last: from then on it works, under its cap
}

/** The code first: its hash, which the configuration carries, then never tells of code that is not there. */
function* updates(fn: DesiredFunction, is: FoundFunction, logTopicId: string | undefined): Generator<Change> {
  const isSettled = is.status === 'Active';
  if (!isSettled && is.status !== 'UpdateFailed') yield { kind: 'await function', fn };
  const isNewCode = codeHashIn(fn.description) !== is.codeHash || is.status === 'UpdateFailed';
  if (isNewCode) yield { kind: 'update code', fn };
  const differences = differencesOf(fn, is, logTopicId);
  if (isNewCode || differences.length > 0 || fn.description !== is.description)
    yield { kind: 'update configuration', fn, differences };
}

const PLAIN = [
  ['memory', (fn) => `${fn.memoryMb} MB`],
  ['timeout', (fn) => `${fn.timeoutS} s`],
  ['role', (fn) => (fn.role === '' ? 'none' : fn.role)],
  ['VPC', (fn) => (fn.vpcId === '' ? 'none' : `${fn.vpcId} ${fn.subnetId}`)],
  ['public net', (fn) => (fn.publicNet ? 'on' : 'off')],
] as const satisfies readonly [string, (fn: DesiredFunction | FoundFunction) => string][];

/** `memory 512 MB → 1024 MB`; of variables the name alone, as any may be a secret. */
function differencesOf(fn: DesiredFunction, is: FoundFunction, logTopicId: string | undefined): string[] {
  const plain = PLAIN.flatMap(([what, of]) => (of(fn) === of(is) ? [] : [`${what} ${of(is)} → ${of(fn)}`]));
  const logs = logTopicId !== undefined && is.logTopicId === logTopicId ? [] : ['log topic'];
  return [...plain, ...variableDifferences(fn.environment, is.environment), ...logs];
}

type Variables = Readonly<Record<string, string>>;

function variableDifferences(wanted: Variables, found: Variables): string[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].sort();
  return names.flatMap((name) => {
    if (wanted[name] === found[name]) return [];
    if (found[name] === undefined) return [`${name} added`];
    return [`${name} ${wanted[name] === undefined ? 'removed' : 'changed'}`];
  });
}

function* triggerChanges(fn: DesiredFunction, found: readonly FoundTrigger[]): Generator<Change> {
  const isSame = (a: Pick<FoundTrigger, 'type' | 'name'>) => (b: Pick<FoundTrigger, 'type' | 'name'>) =>
    a.type === b.type && a.name === b.name;
  for (const trigger of found)
    if (trigger.isOurs && !fn.triggers.some(isSame(trigger))) yield { kind: 'delete trigger', fn, trigger };
  for (const trigger of fn.triggers) {
    const is = found.find(isSame(trigger));
    if (is === undefined) yield { kind: 'create trigger', fn, trigger };
    else {
      const differences = triggerDifferences(trigger, is);
      if (differences.length > 0) yield { kind: 'update trigger', fn, trigger, differences };
    }
  }
}

function triggerDifferences(trigger: DesiredTrigger, is: FoundTrigger): string[] {
  const switched = is.isEnabled ? [] : ['switched on'];
  if (trigger.desc === is.desc) return switched;
  if (trigger.type === 'timer') return [`${is.desc} → ${trigger.desc}`, ...switched];
  const wanted = JSON.parse(trigger.desc) as Readonly<Record<string, unknown>>;
  const found = JSON.parse(is.desc) as Readonly<Record<string, unknown>>;
  const changed = Object.keys(wanted).filter((key) => wanted[key] !== found[key]);
  return [...changed.map((key) => `${key} ${String(found[key])} → ${String(wanted[key])}`), ...switched];
}
