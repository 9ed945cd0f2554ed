/** A log that keeps its events in a list. */
import type { Log, LogFields } from '../../lib/ports/log.ts';

export interface LoggedEvent {
  readonly level: keyof Log;
  readonly event: string;
  readonly fields: LogFields;
}

export class EventList implements Log {
  readonly events: LoggedEvent[] = [];

  info(event: string, fields: LogFields = {}): void {
    this.events.push({ level: 'info', event, fields });
  }

  warn(event: string, fields: LogFields = {}): void {
    this.events.push({ level: 'warn', event, fields });
  }

  error(event: string, fields: LogFields = {}): void {
    this.events.push({ level: 'error', event, fields });
  }
}
