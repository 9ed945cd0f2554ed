/** `serverless deploy`: finds what is there, says what may not be, and changes what differs. Can be run again from wherever it stopped. */
import { apply, type Site } from './apply.ts';
import { type Package, packageFunction } from './bundle.ts';
import { type Change, describeChange } from './change.ts';
import { check, type Context } from './context.ts';
import { type Difference, difference } from './difference.ts';
import { checkSizes, environmentOf } from './environment.ts';
import { findStack, type FoundStack } from './found.ts';
import { missingForDeploy, secretValues } from './missing.ts';
import { findPlaces, type Places } from './places.ts';
import { provision } from './provision.ts';
import type { Settings } from './settings.ts';
import { desiredStack } from './stack.ts';
import { placeCode } from './upload.ts';

const MISSING = 'Before anything can be deployed, give:';
const REFUSED = 'Nothing was changed. Deploy will not touch what it did not make, or cannot change:';

export function checkDeployable({ settings, env }: Context): void {
  check(MISSING, missingForDeploy(settings, env));
}

export async function packageAll({ settings, root }: Context, keys?: readonly string[]): Promise<Package[]> {
  const wanted = settings.functions.filter((fn) => keys?.includes(fn.key) ?? true);
  return Promise.all(wanted.map((fn) => packageFunction(fn, root, settings.bundleBytesMax)));
}

/** `only` is the key of a function: then its code and configuration alone. */
export async function deploy(context: Context, packages: readonly Package[], only?: string): Promise<void> {
  const { cloud, say } = context;
  checkDeployable(context);
  const settings = only === undefined ? await provision(context) : context.settings;
  say.step('Looking at what exists');
  const places = await findPlaces(cloud, settings);
  const functions = settings.functions.map((fn) => fn.name);
  const found = await findStack(cloud, settings.names, places.instanceId, functions);
  const plan = planOf({ ...context, settings }, packages, places, found);
  check(REFUSED, [...plan.refusals, ...instanceRefusals(settings, places, plan.changes)]);
  const changes = only === undefined ? plan.changes : changesOfOne(plan.changes, only);
  await carryOut(changes, context, siteOf(context, packages, places, found));
  for (const name of plan.adopted)
    say.line(`uses ${name}, which was there before: it is neither altered nor removed`);
  if (changes.length === 0) say.line(`${only ?? settings.names.stack}: nothing to change`);
}

function planOf(
  { settings, env }: Context,
  packages: readonly Package[],
  places: Places,
  found: FoundStack,
): Difference {
  const environments = Object.fromEntries(
    settings.functions.map((fn) => [
      fn.key,
      environmentOf(fn, settings, places, secretValues(fn, settings, env)),
    ]),
  );
  checkSizes(environments);
  const codeHashes = Object.fromEntries(packages.map(({ key, hash }) => [key, hash]));
  return difference(desiredStack(settings, { ...places, environments, codeHashes }), found);
}

function* instanceRefusals(
  { kafka }: Settings,
  places: Places,
  changes: readonly Change[],
): Generator<string> {
  const { brokerCount, partitionsLeft } = places;
  if (brokerCount !== undefined && kafka.replicas > brokerCount)
    yield `provider.kafka.replicas: ${kafka.replicas}, but instance ${places.instanceId} has ${brokerCount} brokers`;
  const needed = changes.reduce((sum, change) => sum + partitionsOf(change), 0) * kafka.replicas;
  if (partitionsLeft !== undefined && needed > partitionsLeft)
    yield `provider.kafka.partitions: ${needed} more with replicas, but instance ${places.instanceId} takes ${partitionsLeft}`;
}

function partitionsOf(change: Change): number {
  if (change.kind === 'create topic') return change.topic.partitions;
  return change.kind === 'grow topic' ? change.to - change.from : 0;
}

const OF_ONE: readonly Change['kind'][] = ['await function', 'update code', 'update configuration'];

function changesOfOne(changes: readonly Change[], key: string): Change[] {
  const own = changes.filter((change) => 'fn' in change && change.fn.key === key);
  check(
    'One function can only be updated:',
    own.some((change) => change.kind === 'create function')
      ? [`${key} does not exist yet; run serverless deploy first`]
      : [],
  );
  return own.filter((change) => OF_ONE.includes(change.kind));
}

function siteOf(
  { cloud, settings, env }: Context,
  packages: readonly Package[],
  places: Places,
  { logs }: FoundStack,
): Site {
  const place = (key: string) => {
    const found = packages.find((each) => each.key === key);
    if (found === undefined) throw new TypeError(`the function ${key} was not packaged`);
    return placeCode(found, { bucket: settings.codeBucket, region: settings.region, env });
  };
  const { names } = settings;
  const { instanceId } = places;
  return {
    cloud,
    names,
    instanceId,
    place,
    logs: { logsetId: logs.logset?.id ?? '', topicId: logs.topic?.id ?? '' },
  };
}

async function carryOut(changes: readonly Change[], { say }: Context, site: Site): Promise<void> {
  for (const change of changes) {
    say.step(`${change.kind} ${'fn' in change ? change.fn.key : ''}`);
    await apply(change, site);
    const line = describeChange(change);
    if (line !== undefined) say.line(line);
  }
}
