/** The function that a request names, and whether it may be worked on now. */
import { check, found } from '../refusal.ts';
import type { World } from '../world.ts';
import { type CloudFunction, functionKey, type FunctionStatus } from './model.ts';

interface Named {
  readonly FunctionName?: string;
  readonly Namespace?: string;
  readonly Qualifier?: string;
}

/** @throws Refusal */
export function functionOf(params: Named, world: World): CloudFunction {
  const name = found(
    params.FunctionName,
    'MissingParameter',
    'The request is missing a required parameter `FunctionName`.',
  );
  const fn = found(
    world.functions.get(functionKey(namespaceOf(params), name)),
    'ResourceNotFound.Function',
    `There is no function \`${name}\`.`,
  );
  checkQualifier(params.Qualifier);
  return fn;
}

/** Versions and further aliases are not played. */
export function checkQualifier(qualifier = '$LATEST'): void {
  check(
    ['$LATEST', '$DEFAULT'].includes(qualifier),
    'ResourceNotFound.Qualifier',
    `There is no version or alias \`${qualifier}\`.`,
  );
}

export function namespaceOf({ Namespace: namespace = 'default' }: Named): string {
  check(namespace === 'default', 'ResourceNotFound.Namespace', `There is no namespace \`${namespace}\`.`);
  return namespace;
}

/** What may be done to a function whose last change failed (document 583/37883). */
const MENDS: Partial<Record<FunctionStatus, readonly string[]>> = {
  CreateFailed: ['DeleteFunction'],
  UpdateFailed: ['DeleteFunction', 'UpdateFunctionCode', 'UpdateFunctionConfiguration'],
};

/** A function that is being created or updated is left alone: `FailedOperation.<action>` (seen with UpdateFunctionConfiguration). */
export function mustBeActive(fn: CloudFunction, action: string): void {
  const { state } = fn.status;
  const may = state === 'Active' || MENDS[state]?.includes(action) === true;
  check(may, `FailedOperation.${action}`, `The function is ${state}; try when it is Active.`);
}
