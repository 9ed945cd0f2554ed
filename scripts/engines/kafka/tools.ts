/** Runs the Java tools a broker needs, and says what to install where one is missing. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

const TOOL_TIMEOUT_MS = 300_000;
const execute = promisify(execFile);

const WHERE_FROM: Readonly<Record<string, string>> = {
  java: 'a Java runtime of version 17 or later (Debian: apt-get install openjdk-17-jre-headless)',
  keytool: 'a Java runtime of version 17 or later (Debian: apt-get install openjdk-17-jre-headless)',
  mvn: 'Maven (Debian: apt-get install maven)',
};

/** Answers what the tool printed; its failure carries the last of it. */
export async function runTool(tool: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execute(tool, args, { timeout: TOOL_TIMEOUT_MS, maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    throw new Error(failureOf(tool, error as ToolFailure), { cause: error });
  }
}

interface ToolFailure extends Error {
  readonly code?: string | number;
  readonly stdout?: string;
  readonly stderr?: string;
}

function failureOf(tool: string, { code, message, stdout = '', stderr = '' }: ToolFailure): string {
  if (code === 'ENOENT')
    return `The Kafka broker for tests needs ${tool}: install ${WHERE_FROM[tool] ?? tool}.`;
  const printed = lastLines(`${stdout}\n${stderr}`);
  return `${tool} failed:\n${printed === '' ? message : printed}`;
}

export function lastLines(text: string, lines = 20): string {
  return text.trim().split('\n').slice(-lines).join('\n');
}

/** Ports that were free a moment ago, all of them different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
