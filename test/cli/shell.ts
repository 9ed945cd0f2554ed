/** Runs command lines inside the test's own process, between two stand-ins, and keeps what they print. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Report } from '../../lib/core/report.ts';
import { stateKeys } from '../../lib/core/layout.ts';
import type { Surroundings } from '../../lib/runtime/cli/context.ts';
import { redactedStream } from '../../lib/runtime/cli/redact.ts';
import { runCli } from '../../lib/runtime/cli/main.ts';
import { systemClock, systemDice } from '../../lib/runtime/clock.ts';
import { connectStores } from '../../lib/runtime/stores.ts';
import { ENVIRONMENT, type Migration, TARGET, type TaskChanges } from '../support/migration.ts';

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ShellOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  /** Called with each report that progress shows, and with what a Ctrl-C would set off. */
  readonly onReport?: (report: Report, interrupt: () => void) => void;
  /** Called instead of ending the test's process. */
  readonly onExit?: (status: number) => void;
}

export async function shell(args: readonly string[], options: ShellOptions = {}): Promise<Ran> {
  const stdout = new TextSink();
  const stderr = new TextSink();
  const status = await runCli(args, surroundings(options, stdout, stderr));
  return { status, stdout: stdout.text, stderr: stderr.text };
}

class TextSink extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function surroundings(options: ShellOptions, stdout: Writable, stderr: Writable): Surroundings {
  const interrupted = new Set<() => void>();
  const interrupt = () => {
    interrupted.forEach((listener) => {
      listener();
    });
  };
  return {
    env: options.env ?? ENVIRONMENT,
    stdout,
    stderr,
    stdin: oneChunk(options.stdin ?? ''),
    clock: systemClock,
    dice: systemDice,
    startProgress: (redact) => ({
      update: (report) => options.onReport?.(report, interrupt),
      note: (line) => void redactedStream(stderr, redact).write(`${line}\n`),
      stop: () => undefined,
    }),
    openStores: (stores) => connectStores({ ...stores, clock: systemClock, dice: systemDice }),
    onInterrupt: (listener) => {
      interrupted.add(listener);
      return () => interrupted.delete(listener);
    },
    exit: (status) => options.onExit?.(status),
  };
}

async function* oneChunk(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}

/** Writes the task file as a user would. */
export async function taskFile(m: Migration, changes: TaskChanges, name = 'task.json'): Promise<string> {
  const path = join(m.stateDir, name);
  await writeFile(path, JSON.stringify(m.task(changes)));
  return path;
}

/** A migration that Ctrl-C stopped before anything was copied. */
export async function stoppedMigration(m: Migration, path: string): Promise<Ran> {
  const stall = m.oss.faults.add({ when: { action: 'GetObject' }, fault: { kind: 'stall' } });
  const ran = await shell(['migrate', path, '--state-dir', m.stateDir], {
    onReport: (_, interrupt) => {
      interrupt();
    },
  });
  stall.remove();
  return ran;
}

/** A state object's text; undefined where there is none. */
export async function stateText(
  m: Migration,
  taskId: string,
  name: 'control' | 'report' | 'task',
): Promise<string | undefined> {
  const object = m.cos.store(TARGET).get(stateKeys[name](`.oss2cos/${taskId}/`));
  if (object === undefined) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of object.body.read(0, object.size)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
