/** A runtime that runs nothing: it remembers what it was told, and answers what a test wants. */
import type { ActiveTrigger, DeployedFunction, FunctionRuntime, InvokeOutcome } from './runtime.ts';

export interface RecordingRuntime extends FunctionRuntime {
  /** As last told. */
  readonly functions: ReadonlyMap<string, DeployedFunction>;
  readonly triggers: ReadonlyMap<string, readonly ActiveTrigger[]>;
  readonly events: readonly string[];
  outcome: Partial<InvokeOutcome>;
}

const SUCCESS: InvokeOutcome = {
  requestId: '00000000-0000-4000-8000-000000000000',
  status: 0,
  retMsg: 'null',
  errMsg: '',
  log: '',
  durationMs: 1,
  memoryBytes: 1,
};

export function recordingRuntime(): RecordingRuntime {
  const functions = new Map<string, DeployedFunction>();
  const triggers = new Map<string, readonly ActiveTrigger[]>();
  const events: string[] = [];
  const runtime: RecordingRuntime = {
    functions,
    triggers,
    events,
    outcome: {},
    invoke(fn, event) {
      functions.set(fn.name, fn);
      events.push(event);
      return Promise.resolve({ ...SUCCESS, ...runtime.outcome });
    },
    replace: (fn) => void functions.set(fn.name, fn),
    remove: (name) => void functions.delete(name),
    setTriggers(fn, active) {
      functions.set(fn.name, fn);
      triggers.set(fn.name, active);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  return runtime;
}
