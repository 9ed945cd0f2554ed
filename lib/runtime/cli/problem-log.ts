/** The log of the one-process runtime as a user sees it: errors, each once; all of it as JSON lines with OSS2COS_DEBUG=1. */
import type { Log, LogFields } from '../../ports/log.ts';
import { jsonLog, silentLog } from '../log.ts';
import type { CliContext } from './context.ts';

/** What comes again and again is told once; beyond this many, only the debug log tells. */
const TOLD_MAX = 20;

export function isDebugging(env: CliContext['env']): boolean {
  return env.OSS2COS_DEBUG === '1';
}

export function problemLog(io: CliContext, tell: (line: string) => void): Log {
  if (isDebugging(io.env)) return jsonLog(io.stderr);
  const told = new Set<string>();
  const error = (event: string, { problem, error: reason }: LogFields = {}) => {
    const line = [event, problem ?? reason].filter((part) => part !== undefined).join(': ');
    if (told.has(line) || told.size >= TOLD_MAX) return;
    told.add(line);
    tell(`problem: ${line}`);
  };
  return { ...silentLog, error };
}
