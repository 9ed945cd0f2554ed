/** What a function is invoked with: `-d`, `-p`, or nothing. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../../lib/core/errors.ts';
import type { Context } from './context.ts';
import type { FunctionSettings } from './settings.ts';

export function functionAsked({ settings, options }: Context): FunctionSettings {
  const key = String(options.function);
  const fn = settings.functions.find((each) => each.key === key);
  if (fn !== undefined) return fn;
  const keys = settings.functions.map((each) => each.key);
  throw new UserError(`There is no function ${key}; there are ${keys.join(', ')}`);
}

/** As JSON. */
export async function eventAsked({ options, root }: Context): Promise<string> {
  const { data, path } = options;
  if (data !== undefined && path !== undefined) throw new UserError('Give either --data or --path, not both');
  if (typeof data === 'string') return options.raw === true ? JSON.stringify(data) : checked(data, '--data');
  if (typeof path !== 'string') return '{}';
  const text = await readFile(resolve(root, path), 'utf8').catch((error: unknown) => {
    throw new UserError(`--path: ${error instanceof Error ? error.message : String(error)}`);
  });
  return checked(text, path);
}

function checked(text: string, where: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch (error) {
    throw new UserError(`${where} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
