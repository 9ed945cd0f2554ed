/**
 * A real Kafka broker for tests and for people: one node, on free ports of this machine, gone without a trace after
 * `stop()`. Its jars come through Maven; the first start on a machine fetches them.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker } from './kafka/broker-process.ts';
import { BROKER_POM } from './kafka/pom.ts';
import { type Listeners, serverProperties } from './kafka/settings.ts';
import { freePorts, runTool } from './kafka/tools.ts';

const USERNAME = 'oss2cos';

interface Login {
  /** host:port */
  readonly brokers: string;
  readonly username: string;
  readonly password: string;
}

export interface RunningKafka {
  /** host:port, without encryption or password. */
  readonly brokers: string;
  /** SASL_SSL with SASL/PLAIN; `ca` is a PEM certificate. */
  readonly secured: Login & { readonly ca: string };
  /** SASL_PLAINTEXT with SASL/PLAIN. */
  readonly sasl: Login;
  readonly pid: number;
  /** Kills it as the kernel does; topics and groups are kept. */
  kill(): Promise<void>;
  /** After `kill`: starts it again, at the same addresses. */
  revive(): Promise<void>;
  stop(): Promise<void>;
}

export async function startKafka(
  options: { readonly log?: (line: string) => void } = {},
): Promise<RunningKafka> {
  const folder = await mkdtemp(join(tmpdir(), 'oss2cos-kafka-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    const prepared = await prepare(folder);
    return await start(prepared, options.log ?? (() => undefined), removeFolder);
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

interface Prepared {
  readonly classpath: string;
  readonly properties: string;
  readonly ports: Listeners;
  readonly ca: string;
  readonly password: string;
}

async function start(
  { classpath, properties, ports, ca, password }: Prepared,
  log: (line: string) => void,
  removeFolder: () => Promise<void>,
): Promise<RunningKafka> {
  const at = (port: number) => `127.0.0.1:${port}`;
  const login = (port: number): Login => ({ brokers: at(port), username: USERNAME, password });
  const brokers = at(ports.plaintext);
  const run = () => startBroker({ classpath, properties, brokers, log });
  let broker = await run();
  return {
    brokers,
    secured: { ...login(ports.saslSsl), ca },
    sasl: login(ports.saslPlaintext),
    get pid() {
      return broker.pid;
    },
    kill: () => broker.end(true),
    revive: async () => {
      broker = await run();
    },
    stop: async () => {
      await broker.end();
      await removeFolder();
    },
  };
}

async function prepare(folder: string): Promise<Prepared> {
  const password = randomBytes(12).toString('hex');
  const keystore = { path: join(folder, 'broker.p12'), password };
  const [classpath, ca, ports] = await Promise.all([
    brokerClasspath(folder),
    makeCertificate(keystore),
    listeners(),
  ]);
  const properties = join(folder, 'server.properties');
  const user = { username: USERNAME, password };
  await writeFile(properties, serverProperties({ folder, ports, keystore, user }), { mode: 0o600 });
  // As the tool takes it: 16 bytes in base64url, and no dash in front, which begins an option.
  const clusterId = `A${randomBytes(16).toString('base64url').slice(1)}`;
  const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties];
  await runTool('java', ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classpath, ...format]);
  return { classpath, properties, ports, ca, password };
}

async function listeners(): Promise<Listeners> {
  const [plaintext = 0, saslSsl = 0, saslPlaintext = 0, controller = 0] = await freePorts(4);
  return { plaintext, saslSsl, saslPlaintext, controller };
}

async function brokerClasspath(folder: string): Promise<string> {
  const outputFile = join(folder, 'classpath');
  const pom = join(folder, 'pom.xml');
  await writeFile(pom, BROKER_POM);
  await runTool('mvn', [
    '-q',
    '-B',
    '-f',
    pom,
    'dependency:build-classpath',
    `-Dmdep.outputFile=${outputFile}`,
  ]);
  return (await readFile(outputFile, 'utf8')).trim();
}

/** Signed by itself; answers it in PEM. */
async function makeCertificate(keystore: { path: string; password: string }): Promise<string> {
  const store = ['-keystore', keystore.path, '-storepass', keystore.password, '-storetype', 'PKCS12'];
  const subject = ['-dname', 'CN=oss2cos test broker', '-ext', 'san=ip:127.0.0.1,dns:localhost'];
  const key = ['-alias', 'broker', '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '30'];
  await runTool('keytool', ['-genkeypair', ...key, ...subject, ...store]);
  return runTool('keytool', ['-exportcert', '-rfc', '-alias', 'broker', ...store]);
}
