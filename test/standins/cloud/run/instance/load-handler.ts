/** Finds the handler `file.method` in an unpacked package. */
import { createRequire } from 'node:module';
import { join } from 'node:path';

export type Callback = (error?: unknown, answer?: unknown) => void;
export type Handler = (event: unknown, context: object, callback: Callback) => unknown;

export class HandlerNotFound extends Error {}

/** @throws HandlerNotFound, or whatever the code throws while it loads. */
export function loadHandler(root: string, name: string): Handler {
  const dot = name.lastIndexOf('.');
  const file = name.slice(0, dot);
  const method = name.slice(dot + 1);
  const require = createRequire(join(root, 'package.json'));
  const handler = (require(entryFile(require, root, file)) as Record<string, unknown>)[method];
  if (typeof handler !== 'function') throw new HandlerNotFound(`${file}.js exports no function "${method}"`);
  return handler as Handler;
}

function entryFile(require: NodeJS.Require, root: string, file: string): string {
  try {
    return require.resolve(join(root, file));
  } catch {
    throw new HandlerNotFound(`the package has no file "${file}.js"`);
  }
}
