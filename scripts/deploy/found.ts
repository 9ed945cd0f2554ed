/** What exists in the cloud under our names, ours or not, as a value. */
import type { Cloud } from './cloud.ts';
import { findFunction, type FoundFunction } from './found-function.ts';
import { type FoundLogs, findLogs } from './found-logs.ts';
import { type FoundTopic, findTopics } from './found-topics.ts';
import type { Names } from './names.ts';

export interface FoundStack {
  readonly logs: FoundLogs;
  readonly topics: readonly FoundTopic[];
  readonly functions: readonly FoundFunction[];
}

export async function findStack(
  cloud: Cloud,
  names: Names,
  instanceId: string,
  functionNames: readonly string[],
): Promise<FoundStack> {
  const [logs, topics, functions] = await Promise.all([
    findLogs(cloud, names),
    findTopics(cloud, names, instanceId),
    Promise.all(functionNames.map((name) => findFunction(cloud, names, name))),
  ]);
  return { logs, topics, functions: functions.filter((fn) => fn !== undefined) };
}
