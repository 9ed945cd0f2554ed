/** Settings from the environment, read one by one; whatever is missing or wrong is collected and said at once. */
import { UserError } from '../core/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export class Settings {
  private readonly env: Environment;
  private readonly mistakes: string[] = [];

  constructor(env: Environment) {
    this.env = env;
  }

  /** Undefined where it is unset or empty. */
  get(name: string): string | undefined {
    const value = this.env[name];
    return value === '' ? undefined : value;
  }

  /** `hint` says what it is, or what may stand in its place. */
  need(name: string, hint?: string): string {
    const value = this.get(name);
    if (value === undefined) this.wrong(hint === undefined ? name : `${name} (${hint})`);
    return value ?? '';
  }

  flag(name: string): boolean {
    const value = this.get(name) ?? 'false';
    if (value !== 'true' && value !== 'false') this.wrong(`${name} is true or false, not ${value}`);
    return value === 'true';
  }

  wholeNumber(name: string, otherwise: number, { from, to }: { from: number; to: number }): number {
    const text = this.get(name);
    if (text === undefined) return otherwise;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && value <= to) return value;
    this.wrong(`${name} is a whole number from ${from} to ${to}, not ${text}`);
    return otherwise;
  }

  wrong(mistake: string): void {
    this.mistakes.push(mistake);
  }

  /** Throws `UserError` with all mistakes so far. */
  check(title: string): void {
    if (this.mistakes.length > 0) throw new UserError(title, this.mistakes);
  }
}
