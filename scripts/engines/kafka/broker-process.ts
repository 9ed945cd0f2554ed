/** The Java process of a broker: started, watched until a client gets metadata, ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { lastLines } from './tools.ts';

const READY_TIMEOUT_MS = 90_000;
const POLL_MS = 100;
const STOP_TIMEOUT_MS = 15_000;
const OUTPUT_CHARACTERS_MAX = 64_000;

/** A small heap and the quick compiler alone: the broker serves one test run. */
const JVM = [
  '-Xms128m',
  '-Xmx384m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.awt.headless=true',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
];

interface BrokerProcess {
  readonly pid: number;
  /** SIGTERM, and SIGKILL where that takes too long or `hard` is asked for. */
  end(hard?: boolean): Promise<void>;
}

interface BrokerCommand {
  readonly classpath: string;
  readonly properties: string;
  readonly brokers: string;
  readonly log: (line: string) => void;
}

/** Resolves when a client gets metadata; rejects with the broker's last lines when it ends or takes too long. */
export async function startBroker(command: BrokerCommand): Promise<BrokerProcess> {
  const child = spawn('java', [...JVM, '-cp', command.classpath, 'kafka.Kafka', command.properties], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = gather(child, command.log);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const gone = new Promise<void>((resolve) => {
    child.once('close', resolve);
    child.once('error', () => resolve());
  }).then(() => void process.off('exit', kill));
  const end = (hard = false) => endProcess(child, gone, hard);
  try {
    await ready(child, command.brokers);
  } catch (error) {
    await end(true);
    throw new Error(`The Kafka broker did not start:\n${lastLines(output())}`, { cause: error });
  }
  if (child.pid === undefined) throw new Error('The Kafka broker has no process id.');
  return { pid: child.pid, end };
}

function gather(child: ChildProcess, log: (line: string) => void): () => string {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-OUTPUT_CHARACTERS_MAX);
      for (const line of text.trimEnd().split('\n')) log(line);
    });
  }
  return () => output;
}

async function ready(child: ChildProcess, brokers: string): Promise<void> {
  const ended = new AbortController();
  child.once('exit', () => ended.abort());
  child.once('error', () => ended.abort());
  const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(READY_TIMEOUT_MS)]);
  while (!(await answers(brokers))) await delay(POLL_MS, undefined, { signal });
}

async function answers(brokers: string): Promise<boolean> {
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length > 0;
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}

async function endProcess(child: ChildProcess, gone: Promise<void>, hard: boolean): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGCONT');
    child.kill(hard ? 'SIGKILL' : 'SIGTERM');
  }
  const patience = new AbortController();
  const tired = delay(STOP_TIMEOUT_MS, undefined, { signal: patience.signal }).then(
    () => void child.kill('SIGKILL'),
    () => undefined,
  );
  await Promise.race([gone, tired]);
  patience.abort();
  await gone;
}
