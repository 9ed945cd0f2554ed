/** A MariaDB server of one's own, for tests and for people who want to look: the close stand-in of a cloud's MySQL. */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EngineProcess, engineProcess } from './mariadb-process.ts';

export interface RunningMariadb {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Of the server as it runs now. */
  readonly pid: number;
  /** Dies without warning; its files stay for `start`. */
  kill(): Promise<void>;
  /** After `kill`: on the same address, with what was committed. */
  start(): Promise<void>;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

export interface MariadbOptions {
  readonly log?: (line: string) => void;
  /** PEM; with them the server offers TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

interface Site {
  readonly folder: string;
  readonly port: number;
  readonly log: (line: string) => void;
  readonly hasTls: boolean;
}

const HOST = '127.0.0.1';
const USER = 'oss2cos';
/** Between choosing a free port and binding it another process may have taken it. */
const PORT_ATTEMPTS_MAX = 5;

/** What MySQL 8 has where nothing is said. */
const SQL_MODE =
  'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';

/** Durable as a cloud's database is (every commit is flushed), small in memory. Any number may run at once. */
export async function startMariadb(options: MariadbOptions = {}): Promise<RunningMariadb> {
  const { log = () => undefined, tls } = options;
  const password = randomBytes(12).toString('hex');
  const folder = await mkdtemp(join(tmpdir(), 'oss2cos-mariadb-'));
  try {
    await install(folder, password);
    if (tls !== undefined) {
      await writeFile(join(folder, 'cert.pem'), tls.cert);
      await writeFile(join(folder, 'key.pem'), tls.key, { mode: 0o600 });
    }
    const { site, server } = await startOnFreePort({ folder, log, hasTls: tls !== undefined });
    return new LocalMariadb(site, password, server);
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

class LocalMariadb implements RunningMariadb {
  readonly host = HOST;
  readonly user = USER;
  readonly port: number;
  readonly password: string;
  readonly #site: Site;
  #server: EngineProcess;

  constructor(site: Site, password: string, server: EngineProcess) {
    this.#site = site;
    this.port = site.port;
    this.password = password;
    this.#server = server;
  }

  get pid(): number {
    return this.#server.pid;
  }

  kill(): Promise<void> {
    return this.#server.end('SIGKILL');
  }

  async start(): Promise<void> {
    this.#server = await startServer(this.#site);
  }

  async stop(): Promise<void> {
    await this.#server.end('SIGTERM');
    await removeFolder(this.#site.folder);
  }
}

async function install(folder: string, password: string): Promise<void> {
  // Run by the server at every start, before it is ready: `if not exists` keeps the second start quiet.
  await writeFile(
    join(folder, 'init.sql'),
    `create user if not exists '${USER}'@'%' identified by '${password}';\n` +
      `grant all privileges on *.* to '${USER}'@'%' with grant option;\n`,
    { mode: 0o600 },
  );
  const args = [
    ...['--no-defaults', `--datadir=${join(folder, 'files')}`, '--skip-test-db', '--skip-name-resolve'],
    ...['--auth-root-authentication-method=normal', ...asRoot()],
  ];
  try {
    await promisify(execFile)('mariadb-install-db', args, { timeout: 60_000 });
  } catch (error) {
    throw explained(error, 'mariadb-install-db');
  }
}

async function startOnFreePort(
  place: Omit<Site, 'port'>,
): Promise<{ readonly site: Site; readonly server: EngineProcess }> {
  for (let attempt = 1; ; attempt++) {
    const site = { ...place, port: await freePort() };
    try {
      return { site, server: await startServer(site) };
    } catch (error) {
      const taken = error instanceof Error && error.message.includes('Address already in use');
      if (!taken || attempt >= PORT_ATTEMPTS_MAX) throw error;
    }
  }
}

function startServer({ folder, port, log, hasTls }: Site): Promise<EngineProcess> {
  const args = [
    ...['--no-defaults', `--datadir=${join(folder, 'files')}`, `--init-file=${join(folder, 'init.sql')}`],
    ...[`--socket=${join(folder, 'sock')}`, `--pid-file=${join(folder, 'pid')}`, `--tmpdir=${folder}`],
    ...[`--bind-address=${HOST}`, `--port=${port}`, '--skip-name-resolve', '--max-connections=200'],
    ...[`--sql-mode=${SQL_MODE}`, '--character-set-server=utf8mb4', '--innodb-flush-log-at-trx-commit=1'],
    ...['--innodb-buffer-pool-size=64M', '--innodb-log-file-size=16M', '--performance-schema=off'],
    ...['--innodb-use-native-aio=0', ...asRoot()],
    ...(hasTls ? [`--ssl-cert=${join(folder, 'cert.pem')}`, `--ssl-key=${join(folder, 'key.pem')}`] : []),
  ];
  const child = spawn('mariadbd', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  return engineProcess(child, { ready: /ready for connections/, readyMsMax: 60_000, log, folder }).catch(
    (error: unknown) => {
      throw explained(error, 'mariadbd');
    },
  );
}

/** The server refuses to run as root unless it is told that this is meant. */
function asRoot(): string[] {
  return process.geteuid?.() === 0 ? ['--user=root'] : [];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP port was given');
  return address.port;
}

function explained(error: unknown, program: string): Error {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT')
    return new Error(
      `${program} was not found: install MariaDB's server (Debian and Ubuntu: apt-get install mariadb-server)`,
      { cause: error },
    );
  const reason = error instanceof Error ? error.message : String(error);
  const { stderr = '' } = error as { readonly stderr?: string };
  return new Error(`${program} failed: ${stderr.trim() || reason}`, { cause: error });
}

function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
