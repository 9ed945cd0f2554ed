/** What every command works with: the checked settings, the cloud, and an output that cannot tell a secret. */
import { UserError } from '../../lib/core/errors.ts';
import { visibleLines } from '../../lib/core/report-page-text.ts';
import { mistakesIn } from './checks.ts';
import { type Cloud, connect } from './cloud.ts';
import type { Framework, Options, Output } from './framework.ts';
import { CREDENTIALS, secretsFor } from './missing.ts';
import { readSettings, type Settings } from './settings.ts';

/** The spinner that `step` writes to. */
export const PROGRESS = 'oss2cos';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Say {
  /** A line of what was done, to stderr. */
  readonly line: (text: string) => void;
  /** What is going on at the moment; only on a terminal. */
  readonly step: (text: string) => void;
  /** The answer itself, to stdout. */
  readonly answer: (text: string) => void;
  readonly warning: (text: string) => void;
  /** Takes out what must not be shown. */
  readonly clean: (text: string) => string;
}

export interface Context {
  readonly settings: Settings;
  readonly options: Options;
  readonly env: Environment;
  readonly root: string;
  readonly cloud: Cloud;
  readonly say: Say;
}

/** Throws `UserError` with all mistakes of serverless.yml. */
export function makeContext(
  framework: Framework,
  options: Options,
  output: Output,
  env: Environment,
): Context {
  const settings = readSettings(framework, options);
  check('serverless.yml cannot be deployed like this:', mistakesIn(settings));
  const say = sayThrough(output, secretsIn(settings, env));
  return { settings, options, env, root: framework.serviceDir, cloud: connect(settings.region, env), say };
}

export function check(title: string, mistakes: readonly string[]): void {
  if (mistakes.length > 0) throw new UserError(title, mistakes);
}

/** The values, each with the name it is shown by; the longest first, as one may hold another. */
function secretsIn(settings: Settings, env: Environment): [name: string, value: string][] {
  const named = settings.functions.flatMap((fn) => [...fn.secrets, ...secretsFor(fn, settings)]);
  const names = new Set([
    ...named.map((secret) => secret.name),
    CREDENTIALS[1],
    'TENCENTCLOUD_TOKEN',
    'OSS2COS_MYSQL_PASSWORD',
  ]);
  return [...names]
    .map((name): [string, string] => [name, env[name] ?? ''])
    .filter(([, value]) => value.length >= SECRET_LENGTH_MIN)
    .sort(([, a], [, b]) => b.length - a.length);
}

/** What is shorter is part of ordinary words. */
const SECRET_LENGTH_MIN = 4;

function sayThrough(
  { log, progress, writeText }: Output,
  secrets: readonly (readonly [string, string])[],
): Say {
  const clean = (text: string) =>
    secrets.reduce((rest, [name, value]) => rest.replaceAll(value, `[${name}]`), text);
  // Logs hold what strangers named their objects; JSON stays what it says.
  const shown = (text: string) => visibleLines(clean(text));
  return {
    clean,
    line: (text) => log.notice(shown(text)),
    step: (text) => progress.get(PROGRESS).notice(shown(text)),
    answer: (text) => writeText(shown(text)),
    warning: (text) => log.warning(shown(text)),
  };
}
