/** A function in the form in which it is run, and the runtime told of what changed. */
import type { DeployedFunction } from '../runtime.ts';
import type { World } from '../world.ts';
import type { CloudFunction } from './model.ts';

export function deployed(fn: CloudFunction, world: World): DeployedFunction {
  const { settings } = fn;
  const variables = settings.Environment.Variables ?? [];
  const role = world.options.instances?.roles?.[settings.Role];
  return {
    name: fn.name,
    namespace: fn.namespace,
    version: '$LATEST',
    zip: fn.code.zip,
    handler: settings.Handler,
    runtime: fn.runtime,
    memoryMb: settings.MemorySize,
    timeoutS: settings.Timeout,
    environment: Object.fromEntries(
      variables.map(({ Key: name, Value: value }) => [name ?? '', value ?? '']),
    ),
    ...(role ? { role } : {}),
    region: world.options.region,
    appId: world.appId,
    ...(fn.reservedMb === undefined ? {} : { reservedConcurrencyMb: fn.reservedMb }),
  };
}

/** New code or another configuration: older instances end, and the triggers call the new one. */
export async function replaced(fn: CloudFunction, world: World): Promise<void> {
  world.options.runtime?.replace(deployed(fn, world));
  await retriggered(fn, world);
}

export async function retriggered(fn: CloudFunction, world: World): Promise<void> {
  const active = fn.triggers.flatMap((trigger) =>
    trigger.enabled && trigger.active ? [trigger.active] : [],
  );
  await world.options.runtime?.setTriggers(deployed(fn, world), active);
}
