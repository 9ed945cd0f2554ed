/** Logs as JSON lines, which SCF's log service and any collector read. */
import type { Writable } from 'node:stream';
import { visible } from '../core/report-page-text.ts';
import type { Log, LogFields } from '../ports/log.ts';

export function jsonLog(stream: Writable): Log {
  const write = (level: string) => (event: string, fields?: LogFields) => {
    const line = JSON.stringify({ time: new Date().toISOString(), level, event, ...fields });
    stream.write(visible(line) + '\n'); // JSON escapes a part of what turns or moves a terminal's text
  };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
