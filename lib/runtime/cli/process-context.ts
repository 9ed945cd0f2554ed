/** The surroundings of a command that runs as a process of its own. */
import { setMaxListeners } from 'node:events';
import { systemClock, systemDice } from '../clock.ts';
import { startProgress } from '../progress.ts';
import { connectStores } from '../stores.ts';
import type { Surroundings } from './context.ts';
import { redactedStream } from './redact.ts';

/** Of a terminal that does not tell its width, or tells 0. */
const COLUMNS_UNTOLD = 80;
const INTERRUPTS = ['SIGINT', 'SIGTERM'] as const;

export function processContext(): Surroundings {
  const { env, stdout, stderr } = process;
  setMaxListeners(0); // one signal stops all that is under way: hundreds listen to it, and Node would warn
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
  return {
    env,
    stdin: standardInput(),
    stdout,
    stderr,
    clock: systemClock,
    dice: systemDice,
    startProgress: (redact) =>
      startProgress({
        stream: redactedStream(stderr, redact),
        isTerminal: stderr.isTTY,
        clock: systemClock,
        columns: () => (stderr.columns > 0 ? stderr.columns : COLUMNS_UNTOLD),
      }),
    openStores: (options) => connectStores({ ...options, clock: systemClock, dice: systemDice }),
    onInterrupt: (listener) => {
      for (const name of INTERRUPTS) process.on(name, listener);
      return () => {
        for (const name of INTERRUPTS) process.off(name, listener);
      };
    },
    exit: (status) => process.exit(status),
  };
}

/** Opened when it is read, and not before. */
async function* standardInput(): AsyncGenerator<Uint8Array | string> {
  for await (const chunk of process.stdin) yield chunk as Uint8Array | string;
}

/** `oss2cos status | head` closes the pipe: whoever reads has enough, which is no reason to end a migration. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
