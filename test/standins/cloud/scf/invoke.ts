/** SCF's invocations through the API: one waits for the answer, the other is queued and tried again where it fails. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'tencentcloud-sdk-nodejs/tencentcloud/services/scf/v20180416/scf_client.js';
import type {
  InvokeFunctionRequest,
  InvokeRequest,
  Result,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/scf/v20180416/scf_models.js';
import type { Actions } from '../actions.ts';
import { check, Refusal } from '../refusal.ts';
import type { DeployedFunction, FunctionRuntime, InvokeOutcome } from '../runtime.ts';
import type { World } from '../world.ts';
import { deployed } from './deployed.ts';
import { LIMITS } from './limits.ts';
import { functionOf } from './lookup.ts';

export function invokeActions(world: World): Actions<Client> {
  return {
    async Invoke(params) {
      const { InvocationType: type = 'RequestResponse', ClientContext: event = '{}' } = params;
      check(
        ['RequestResponse', 'Event'].includes(type),
        'InvalidParameterValue.InvokeType',
        '`InvocationType` is RequestResponse or Event.',
      );
      const waits = type === 'RequestResponse';
      const { fn, runtime } = ready(params, world);
      checkLogType(params.LogType);
      checkEvent(event, waits ? LIMITS.syncEventBytesMax : LIMITS.asyncEventBytesMax);
      if (waits) return { Result: resultOf(await runtime.invoke(fn, event), params.LogType) };
      world.later(untilDone(runtime, { fn, event, world }));
      return { Result: queued() };
    },
    async InvokeFunction(params) {
      const { fn, runtime } = ready(params, world);
      const { Event: event = '{}' } = params;
      checkLogType(params.LogType);
      checkEvent(event, LIMITS.syncEventBytesMax);
      return { Result: resultOf(await runtime.invoke(fn, event), params.LogType) };
    },
    GetFunctionLogs() {
      throw new Refusal('ActionOffline', 'This action is offline; the logs are in CLS.');
    },
  };
}

interface Ready {
  readonly fn: DeployedFunction;
  readonly runtime: FunctionRuntime;
}

function ready(params: InvokeRequest | InvokeFunctionRequest, world: World): Ready {
  const fn = functionOf(params, world);
  // While it is updated, what it was before answers.
  check(
    !fn.status.state.startsWith('Creat'),
    'FailedOperation.InvokeFunction',
    `The function is ${fn.status.state}; try when it is Active.`,
  );
  const { runtime } = world.options;
  check(runtime !== undefined, 'InternalError.System', 'This stand-in was started without a runtime.');
  return { fn: deployed(fn, world), runtime };
}

function checkEvent(event: string, bytesMax: number): void {
  const bytes = Buffer.byteLength(event);
  check(
    bytes <= bytesMax,
    'InvalidParameter.Payload',
    `The event has ${bytes} bytes; it may have ${bytesMax}.`,
  );
  try {
    JSON.parse(event);
  } catch {
    throw new Refusal('InvalidParameterValue.Param', 'The event is no JSON.');
  }
}

function checkLogType(logType = 'None'): void {
  check(['None', 'Tail'].includes(logType), 'InvalidParameterValue', '`LogType` is None or Tail.');
}

function resultOf(outcome: InvokeOutcome, logType = 'None'): Result {
  return {
    FunctionRequestId: outcome.requestId,
    RetMsg: outcome.retMsg,
    ErrMsg: outcome.errMsg,
    InvokeResult: outcome.status,
    Log: logType === 'Tail' ? tail(outcome.log) : '',
    Duration: outcome.durationMs,
    BillDuration: Math.ceil(outcome.durationMs),
    MemUsage: outcome.memoryBytes,
  };
}

function tail(log: string): string {
  return Buffer.from(log).subarray(-LIMITS.logTailBytes).toString();
}

function queued(): Result {
  const nothing = { RetMsg: '', ErrMsg: '', Log: '', Duration: 0, BillDuration: 0, MemUsage: 0 };
  return { FunctionRequestId: randomUUID(), InvokeResult: 0, ...nothing };
}

const TRIES_MAX = 3;

interface Queued {
  readonly fn: DeployedFunction;
  readonly event: string;
  readonly world: World;
}

/** Errors of the code are tried again twice, a minute apart; throttling and system errors until it works (document 583/39851). */
async function untilDone(runtime: FunctionRuntime, { fn, event, world }: Queued): Promise<void> {
  let tries = 0;
  while (!world.closing.aborted && tries < TRIES_MAX) {
    const { status } = await runtime.invoke(fn, event);
    if (status === 0) return;
    if (status !== -1 && status !== 432) tries += 1;
    if (tries < TRIES_MAX)
      await delay(world.options.asyncRetryMs ?? 60_000, undefined, { signal: world.closing });
  }
}
