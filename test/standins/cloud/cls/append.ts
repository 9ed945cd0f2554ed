/** How log lines come in: from whoever runs the functions, with the fields that SCF gives them. */
import { functionKey } from '../scf/model.ts';
import type { World } from '../world.ts';
import type { LogEntry } from './model.ts';

/** @throws for a topic that does not exist */
export function appendLog(world: World, entry: LogEntry): void {
  if (!world.logTopics.has(entry.topicId)) throw new Error(`there is no log topic ${entry.topicId}`);
  world.logs.push(entry);
}

export interface FunctionLogLine {
  readonly requestId: string;
  readonly message: string;
  /** Default: now. */
  readonly atMs?: number;
  /** Default `INFO`. */
  readonly level?: string;
  /** `Custom`, the default, is what the code prints; `Platform` is START, END and REPORT. */
  readonly type?: 'Custom' | 'Platform';
  /** Default 200. */
  readonly statusCode?: number;
}

export function appendFunctionLog(world: World, functionName: string, line: FunctionLogLine): void {
  const fn = world.functions.get(functionKey('default', functionName));
  const topicId = fn?.settings.ClsTopicId ?? '';
  if (!world.logTopics.has(topicId)) return;
  const atMs = line.atMs ?? world.now();
  const fields = {
    SCF_FunctionName: functionName,
    SCF_Namespace: 'default',
    SCF_Qualifier: '$LATEST',
    SCF_Alias: '$DEFAULT',
    SCF_RequestId: line.requestId,
    SCF_RetryNum: '0',
    SCF_Level: line.level ?? 'INFO',
    SCF_Type: line.type ?? 'Custom',
    SCF_StatusCode: String(line.statusCode ?? 200),
    SCF_LogTime: String(atMs * 1_000_000),
    SCF_StartTime: String(atMs),
    SCF_Message: line.message,
  };
  world.logs.push({ topicId, atMs, fields });
}
