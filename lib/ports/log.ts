/** Structured log: one event a line, fields beside it. Never given secrets or object bytes. */

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  /** Something went wrong and is being dealt with. */
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
