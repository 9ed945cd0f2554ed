/** Refuses parameters as the API's front end does: unknown, mistyped, missing. */
import { check, Refusal } from './refusal.ts';
import type { Shape, Shapes } from './shapes.ts';

/** @throws Refusal */
export function validate(params: unknown, request: string, shapes: Shapes): void {
  validateObject(params, request, { shapes, path: '' });
}

interface Place {
  readonly shapes: Shapes;
  /** For example `Environment.Variables.0.`; '' at the top. */
  readonly path: string;
}

function validateObject(value: unknown, name: string, { shapes, path }: Place): void {
  const members = shapes.get(name);
  if (!members) throw new Error(`the type definitions have no ${name}`);
  if (!isObject(value)) throw mistyped(path.slice(0, -1), 'object');
  for (const key of Object.keys(value))
    check(members.has(key), 'UnknownParameter', `The parameter \`${path}${key}\` is not recognized.`);
  for (const [key, { shape, optional }] of members) {
    const given = value[key];
    // null is as good as absent.
    if (given !== undefined && given !== null) validateValue(given, shape, { shapes, path: path + key });
    else if (!optional)
      throw new Refusal('MissingParameter', `The request is missing a required parameter \`${path}${key}\`.`);
  }
}

function validateValue(value: unknown, shape: Shape, { shapes, path }: Place): void {
  if (shape.kind === 'object') {
    validateObject(value, shape.name, { shapes, path: `${path}.` });
  } else if (shape.kind === 'list') {
    if (!Array.isArray(value)) throw mistyped(path, 'list');
    value.forEach((element: unknown, at) => {
      validateValue(element, shape.of, { shapes, path: `${path}.${at}` });
    });
  } else if (typeof value !== shape.kind) {
    throw mistyped(path, shape.kind);
  }
}

function mistyped(path: string, wanted: string): Refusal {
  return new Refusal(
    'InvalidParameter',
    `The value type of parameter \`${path}\` is not valid, it should be ${wanted}.`,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
