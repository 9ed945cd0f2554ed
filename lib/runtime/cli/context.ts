/** What the command line takes from its surroundings: handed in, so that commands run in a test as they do in a shell. */
import type { Writable } from 'node:stream';
import type { Clock, Dice } from '../../ports/clock.ts';
import type { Stores } from '../../ports/stores.ts';
import type { StoreCredentials } from '../environment.ts';

export interface TextStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface OpenStoresOptions {
  credentials(): StoreCredentials;
  /** To each bucket. */
  readonly connectionsMax: number;
}

export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** Results: what another program may read. */
  readonly stdout: TextStream;
  /** Progress, notes and errors. */
  readonly stderr: TextStream;
  readonly clock: Clock;
  readonly dice: Dice;
  openStores(options: OpenStoresOptions): Stores & { close(): Promise<void> };
  /** Calls back at every Ctrl-C and SIGTERM, which then do nothing else; answers what ends that. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process at once. */
  exit(status: number): void;
}

export function print(io: CliContext, text: string): void {
  io.stdout.write(`${text}\n`);
}

export function note(io: CliContext, text: string): void {
  io.stderr.write(`${text}\n`);
}
