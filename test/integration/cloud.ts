/**
 * A whole cloud on this machine: the stand-in of its API with functions that run from their zips, the real broker and
 * the real database behind it, both stores, and the command line that deploys there.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject, vi } from 'vitest';
import { isFinal, type Report } from '../../lib/core/report.ts';
import { systemDice } from '../../lib/runtime/clock.ts';
import { type CloudStandin, startCloud } from '../standins/cloud/server.ts';
import type { RuntimeOptions } from '../standins/cloud/run/options.ts';
import { startFunctionRuntime } from '../standins/cloud/run/runtime.ts';
import type { Ended } from '../support/command.ts';
import { startCommand } from '../support/command.ts';
import { ENVIRONMENT, type Migration, openMigration, TARGET } from '../support/migration.ts';

const ROOT = join(import.meta.dirname, '../..');
const REGION = 'ap-guangzhou';
const APP_ID = '1250000000';
export const DEPLOYER = { id: 'AKIDdeployer', secret: 'deployer-canary-secret' };
const PLACES = {
  ckafka: 'ckafka-e2e00001',
  mysql: 'cynosdbmysql-e2e1',
  vpc: 'vpc-e2e1',
  subnet: 'subnet-e2e1',
};
/** The key that functions get with their role is one that the target knows. */
const ROLE = { id: ENVIRONMENT.COS_SECRET_ID, secret: ENVIRONMENT.COS_SECRET_KEY };

export interface Cloud {
  readonly m: Migration;
  readonly api: CloudStandin;
  readonly stage: string;
  /** Of the deployment's functions and workers, for workers on this host. */
  readonly engines: Readonly<Record<string, string>>;
  /** What functions wrote to their logs. */
  readonly log: readonly string[];
  /** Runs `serverless ARGS` with the parameters of this account, and `--param` for what `params` adds. */
  serverless(args: readonly string[], params?: Readonly<Record<string, string>>): Promise<Ended>;
  /** Waits for the last report of a task, read from COS. */
  report(taskId: string): Promise<Report>;
  close(): Promise<void>;
}

export async function openCloud(running: RuntimeOptions = {}): Promise<Cloud> {
  const m = await openMigration();
  const kafka = inject('kafka');
  const mariadb = inject('mariadb');
  const log: string[] = [];
  const stage = `e${systemDice.unique().slice(0, 8)}`;
  const runtime = startFunctionRuntime({
    brokers: kafka.brokers,
    timerEveryMs: 2_000,
    onLog: (fn, requestId, line) => {
      log.push(`${fn.name}: ${line}`);
      cloud.appendFunctionLog(fn.name, { requestId, message: line });
    },
    ...running,
  });
  const cloud = await startCloud({
    keys: [DEPLOYER],
    region: REGION,
    appId: APP_ID,
    kafka: { brokers: kafka.brokers },
    mysql: mariadb,
    runtime,
    instances: {
      vpcs: [{ id: PLACES.vpc }],
      subnets: [{ id: PLACES.subnet, vpcId: PLACES.vpc }],
      ckafka: [{ id: PLACES.ckafka, vpcId: PLACES.vpc, subnetId: PLACES.subnet }],
      clusters: [{ id: PLACES.mysql, vpcId: PLACES.vpc, subnetId: PLACES.subnet }],
      roles: { 'oss2cos-functions': { ...ROLE, token: '' } },
    },
  });
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: m.stateDir,
    TENCENTCLOUD_ENDPOINT: cloud.url,
    TENCENTCLOUD_SECRET_ID: DEPLOYER.id,
    TENCENTCLOUD_SECRET_KEY: DEPLOYER.secret,
    OSS_ACCESS_KEY_ID: ENVIRONMENT.OSS_ACCESS_KEY_ID,
    OSS_ACCESS_KEY_SECRET: ENVIRONMENT.OSS_ACCESS_KEY_SECRET,
    OSS2COS_MYSQL_PASSWORD: mariadb.password,
  };
  return {
    m,
    api: cloud,
    stage,
    log,
    engines: {
      OSS2COS_KAFKA_BROKERS: kafka.brokers,
      OSS2COS_KAFKA_PREFIX: `oss2cos-${stage}-`,
    },
    serverless: (args, params = {}) => {
      const all = { ...PLACES, mysqlUser: mariadb.user, role: 'oss2cos-functions', ...params };
      const given = Object.entries(all).map(([name, value]) => `--param=${name}=${value}`);
      return serverless([...args, '--stage', stage, '--region', REGION, ...given], env);
    },
    report: (taskId) => finalReport(m, taskId),
    close: async () => {
      await runtime.close();
      await cloud.close();
      await m.close();
    },
  };
}

async function serverless(args: readonly string[], env: Record<string, string>): Promise<Ended> {
  const child = spawn(process.execPath, ['node_modules/serverless/bin/serverless.js', ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, ...text };
}

const REPORT_MS_MAX = 90_000;

export async function finalReport(m: Migration, taskId: string): Promise<Report> {
  const address = [
    'status',
    `cos://${TARGET}/.oss2cos/${taskId}`,
    '--region',
    REGION,
    '--endpoint',
    m.cos.url,
  ];
  return vi.waitFor(
    async () => {
      const { stdout, stderr } = await startCommand({ stateDir: undefined }, ...address, '--json').ended;
      if (!stdout.startsWith('{')) throw new Error(stderr);
      const report = JSON.parse(stdout) as Report;
      if (!isFinal(report)) throw new Error(`${taskId} has not ended: ${JSON.stringify(report.objects)}`);
      return report;
    },
    { timeout: REPORT_MS_MAX, interval: 200 },
  );
}
