/** The changes a deploy can make: values that can be printed, tested and carried out in order. */
import type { FoundTrigger } from './found-function.ts';
import type { DesiredFunction, DesiredTopic, DesiredTrigger } from './stack.ts';

export type Change =
  | { readonly kind: 'create logset'; readonly name: string }
  | { readonly kind: 'create log topic'; readonly name: string; readonly retentionDays: number }
  | { readonly kind: 'index log topic'; readonly name: string }
  | { readonly kind: 'keep logs'; readonly name: string; readonly from: number; readonly to: number }
  | { readonly kind: 'create topic'; readonly topic: DesiredTopic }
  | { readonly kind: 'grow topic'; readonly name: string; readonly from: number; readonly to: number }
  | { readonly kind: 'keep messages'; readonly name: string; readonly from: number; readonly to: number }
  | { readonly kind: 'await function'; readonly fn: DesiredFunction }
  | { readonly kind: 'delete failed function'; readonly fn: DesiredFunction; readonly reason: string }
  | { readonly kind: 'create function'; readonly fn: DesiredFunction }
  | { readonly kind: 'update code'; readonly fn: DesiredFunction }
  | {
      readonly kind: 'update configuration';
      readonly fn: DesiredFunction;
      readonly differences: readonly string[];
    }
  | { readonly kind: 'create trigger'; readonly fn: DesiredFunction; readonly trigger: DesiredTrigger }
  | {
      readonly kind: 'update trigger';
      readonly fn: DesiredFunction;
      readonly trigger: DesiredTrigger;
      readonly differences: readonly string[];
    }
  | { readonly kind: 'delete trigger'; readonly fn: DesiredFunction; readonly trigger: FoundTrigger }
  | {
      readonly kind: 'reserve';
      readonly fn: DesiredFunction;
      readonly from: number | undefined;
      readonly to: number | undefined;
    };

const DAY_MS = 86_400_000;

/** One line a change, after it was made. A configuration that differs only by the hash of new code says nothing more. */
export function describeChange(change: Change): string | undefined {
  switch (change.kind) {
    case 'create logset':
      return `created logset ${change.name}`;
    case 'create log topic':
      return `created log topic ${change.name}: keeps logs ${change.retentionDays} days`;
    case 'index log topic':
      return `created the index of log topic ${change.name}`;
    case 'keep logs':
      return `updated log topic ${change.name}: keeps logs ${change.from} → ${change.to} days`;
    case 'create topic': {
      const { name, partitions, replicas, retentionMs } = change.topic;
      return `created topic ${name}: ${partitions} partitions, ${replicas} replicas, keeps messages ${days(retentionMs)}`;
    }
    case 'grow topic':
      return `updated topic ${change.name}: ${change.from} → ${change.to} partitions`;
    case 'keep messages':
      return `updated topic ${change.name}: keeps messages ${days(change.from)} → ${days(change.to)}`;
    default:
      return describeFunctionChange(change);
  }
}

function describeFunctionChange(change: Extract<Change, { fn: DesiredFunction }>): string | undefined {
  const { fn } = change;
  switch (change.kind) {
    case 'await function':
      return undefined;
    case 'delete failed function':
      return `deleted function ${fn.key}, which could not be created before (${change.reason})`;
    case 'create function':
      return `created function ${fn.key}: ${fn.name}, ${fn.memoryMb} MB, ${fn.timeoutS} s`;
    case 'update code':
      return `updated function ${fn.key}: code`;
    case 'update configuration':
      return change.differences.length === 0
        ? undefined
        : `updated function ${fn.key}: ${change.differences.join(', ')}`;
    case 'create trigger':
      return `created trigger ${change.trigger.name} of ${fn.key}: ${describeDesc(change.trigger)}`;
    case 'update trigger':
      return `updated trigger ${change.trigger.name} of ${fn.key}: ${change.differences.join(', ')}`;
    case 'delete trigger':
      return `deleted trigger ${change.trigger.name} of ${fn.key}`;
    case 'reserve':
      return `updated function ${fn.key}: reserved concurrency ${mb(change.from)} → ${mb(change.to)}`;
  }
}

function describeDesc({ type, desc }: DesiredTrigger): string {
  return type === 'timer' ? desc : desc.replaceAll(/[{}"]/g, '').replaceAll(',', ', ').replaceAll(':', ' ');
}

function days(ms: number): string {
  return ms >= DAY_MS ? `${Math.round((10 * ms) / DAY_MS) / 10} days` : `${Math.round(ms / 60_000)} minutes`;
}

function mb(size: number | undefined): string {
  return size === undefined ? 'none' : `${size} MB`;
}
