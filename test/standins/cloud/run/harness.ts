/** A runtime for one test, and functions made of a few lines of code. */
import { readFileSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { onTestFinished, vi } from 'vitest';
import type { DeployedFunction, FunctionRuntime, InvokeOutcome } from '../runtime.ts';
import type { Invocation, RuntimeOptions } from './options.ts';
import { startFunctionRuntime } from './runtime.ts';

export interface LogLine {
  readonly requestId: string;
  readonly line: string;
}

export interface RuntimeHarness {
  readonly runtime: FunctionRuntime;
  readonly logged: readonly LogLine[];
  readonly invocations: readonly Invocation[];
}

/** A test that waits for a retry or a back-off waits for milliseconds. */
const BRISK = { retryMs: 10, backoffMinMs: 10, backoffMaxMs: 80, asyncRetryMs: 10 } as const;

export function openRuntime({ timing, ...options }: RuntimeOptions = {}): RuntimeHarness {
  const logged: LogLine[] = [];
  const invocations: Invocation[] = [];
  const runtime = startFunctionRuntime({
    onLog: (_fn, requestId, line) => void logged.push({ requestId, line }),
    onInvocation: (invocation) => void invocations.push(invocation),
    timing: { ...BRISK, ...timing },
    ...options,
  });
  onTestFinished(() => runtime.close());
  return { runtime, logged, invocations };
}

/** The same bytes for the same files, whenever it is made: another zip is another deployment. */
export function zipOf(files: Readonly<Record<string, string>>): Uint8Array {
  const contents = Object.entries(files).map(([name, text]) => [name, strToU8(text)] as const);
  return zipSync(Object.fromEntries(contents), { mtime: new Date(2000, 0, 1) });
}

/** `code` is the body of index.js; its handler is `main_handler`. */
export function functionOf(code: string, parts: Partial<DeployedFunction> = {}): DeployedFunction {
  return {
    name: 'copy',
    namespace: 'default',
    version: '$LATEST',
    zip: zipOf({ 'index.js': code }),
    handler: 'index.main_handler',
    runtime: 'Nodejs20.19',
    memoryMb: 256,
    timeoutS: 20,
    environment: {},
    region: 'ap-guangzhou',
    appId: '1250000000',
    ...parts,
  };
}

/** The answer of an invocation that has to succeed. */
export function answerOf({ status, retMsg }: InvokeOutcome): unknown {
  if (status !== 0) throw new Error(`the invocation failed: ${retMsg}`);
  return JSON.parse(retMsg);
}

/** Polls: what is waited for happens in another process. */
export async function eventually(holds: () => boolean, timeoutMs = 20_000): Promise<void> {
  await vi.waitUntil(holds, { timeout: timeoutMs, interval: 10 });
}

/** `T` is stopped by a signal, `Z` dead and not yet collected by its parent; undefined where there is no such process. */
export function stateOf(pid: number): string | undefined {
  try {
    return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  return ![undefined, 'Z'].includes(stateOf(pid));
}
