/** What the command line takes from its surroundings: handed in, so that commands run in a test as they do in a shell. */
import type { Writable } from 'node:stream';
import { visibleLines } from '../../core/report-page-text.ts';
import type { Report } from '../../core/report.ts';
import type { Clock, Dice } from '../../ports/clock.ts';
import type { OpenStores, StoresOptions } from '../stores.ts';

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

export type OpenStoresOptions = Pick<StoresOptions, 'credentials' | 'connectionsMax' | 'partOf'>;

/** A display of what a running task does. */
export interface Progress {
  update(report: Report): void;
  /** A line that stays, above what moves. */
  note(line: string): void;
  stop(): void;
}

/** What the process, or a test, provides. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** Results: what another program may read. */
  readonly stdout: Writable;
  /** Progress, notes and errors. */
  readonly stderr: Writable;
  readonly clock: Clock;
  readonly dice: Dice;
  /** Shows progress on `stderr`, through `redact`. */
  startProgress(redact: Redact): Progress;
  openStores(options: OpenStoresOptions): OpenStores;
  /** Calls back at every Ctrl-C and SIGTERM, which then do nothing else; answers what ends that. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process at once. */
  exit(status: number): void;
}

/** What commands use: nothing that they write holds a secret. */
export interface CliContext extends Omit<Surroundings, 'startProgress'> {
  startProgress(): Progress;
}

/** Keys and stores' words may stand in any text: nothing of them moves the cursor, or turns the reading direction. JSON stays what it says. */
export function print(io: CliContext, text: string): void {
  io.stdout.write(`${visibleLines(text)}\n`);
}

export function note(io: CliContext, text: string): void {
  io.stderr.write(`${visibleLines(text)}\n`);
}
