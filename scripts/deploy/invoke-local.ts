/** `serverless invoke local`: runs a function's bundle in a process of its own, with the environment that deploy would give it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../lib/core/errors.ts';
import { showAnswer } from './answer.ts';
import { BUNDLE_FILE } from './bundle.ts';
import type { Context, Environment } from './context.ts';
import { checkDeployable, packageAll } from './deploy.ts';
import { environmentOf } from './environment.ts';
import { eventAsked, functionAsked } from './event.ts';
import { secretValues } from './missing.ts';
import { findPlaces } from './places.ts';
import type { FunctionSettings } from './settings.ts';

/** Loads the bundle beside it and hands the answer to its parent: stdout is the function's own. */
const RUNNER = `
const { main_handler } = require('./${BUNDLE_FILE}');
process.once('message', async ({ event, context }) => {
  const tell = (message) => process.send(message, () => process.exit(0));
  try { tell({ answer: JSON.stringify(await main_handler(JSON.parse(event), context)) ?? '' }); }
  catch (error) { tell({ problem: String(error?.stack ?? error) }); }
});
process.send({ ready: true });
`;

type Told = { readonly ready: true } | { readonly answer: string } | { readonly problem: string };

export async function invokeLocal(context: Context): Promise<void> {
  checkDeployable(context);
  const fn = functionAsked(context);
  const event = await eventAsked(context);
  const [bundled] = await packageAll(context, [fn.key]);
  const environment = await localEnvironment(fn, context);
  const folder = await mkdtemp(join(tmpdir(), 'oss2cos-local-'));
  try {
    await writeFile(join(folder, BUNDLE_FILE), bundled?.code ?? '');
    await writeFile(join(folder, 'run.js'), RUNNER);
    const told = await run(
      join(folder, 'run.js'),
      environment,
      { event, context: contextOf(fn, context) },
      fn.timeoutS,
    );
    if ('problem' in told) throw new UserError(`${fn.key} failed: ${told.problem}`);
    showAnswer(told.answer, context.say);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The key that deploys stands in for the execution role's. */
async function localEnvironment(
  fn: FunctionSettings,
  { cloud, settings, env, options }: Context,
): Promise<Environment> {
  const places = await findPlaces(cloud, settings);
  const own = Array.isArray(options.env) ? (options.env as readonly string[]) : [];
  const overrides = own.map((pair): [string, string] => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return {
    PATH: env.PATH,
    HOME: env.HOME,
    TENCENTCLOUD_SECRETID: env.TENCENTCLOUD_SECRET_ID,
    TENCENTCLOUD_SECRETKEY: env.TENCENTCLOUD_SECRET_KEY,
    ...(env.TENCENTCLOUD_TOKEN ? { TENCENTCLOUD_SESSIONTOKEN: env.TENCENTCLOUD_TOKEN } : {}),
    TENCENTCLOUD_REGION: settings.region,
    ...environmentOf(fn, settings, places, secretValues(fn, settings, env)),
    ...Object.fromEntries(overrides),
  };
}

function contextOf(fn: FunctionSettings, { settings }: Context) {
  return {
    request_id: `local-${process.pid}`,
    function_name: fn.name,
    function_version: '$LATEST',
    namespace: 'default',
    memory_limit_in_mb: fn.memoryMb,
    time_limit_in_ms: fn.timeoutS * 1_000,
    tencentcloud_region: settings.region,
  };
}

/** What the function prints goes to stderr, so that stdout holds the answer alone. */
async function run(
  program: string,
  environment: Environment,
  message: object,
  timeoutS: number,
): Promise<Exclude<Told, { ready: true }>> {
  const child = fork(program, { env: { ...environment }, stdio: ['ignore', 2, 2, 'ipc'] });
  const limit = setTimeout(() => child.kill('SIGKILL'), timeoutS * 1_000);
  let told: Told | undefined;
  child.on('message', (next: Told) => {
    told = next;
    if ('ready' in next) child.send(message);
  });
  try {
    const [status, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (told !== undefined && !('ready' in told)) return told;
    return {
      problem: `it ended without an answer (${signal === null ? `status ${String(status)}` : signal})`,
    };
  } finally {
    clearTimeout(limit);
    child.kill('SIGKILL');
  }
}
