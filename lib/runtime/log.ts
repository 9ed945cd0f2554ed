/** Logs as JSON lines, which SCF's log service and any collector read. */
import type { Writable } from 'node:stream';
import type { Log, LogFields } from '../ports/log.ts';

export function jsonLog(stream: Writable): Log {
  const write = (level: string) => (event: string, fields?: LogFields) => {
    stream.write(JSON.stringify({ time: new Date().toISOString(), level, event, ...fields }) + '\n');
  };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
