/** Writes an answer to a connection with back-pressure, and ends it as the faults demand. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { CutConnection, StalledConnection } from './fault-stream.ts';
import { headerBytes, type Answer, type BodyRange } from './http.ts';

type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>;
type Disturb = (chunks: Chunks) => AsyncIterable<Buffer>;

/** `disturb` alters the body in flight; lengths and checksums in the headers stay those of the true body. */
export async function send(
  response: ServerResponse,
  answer: Answer,
  disturb: Disturb | undefined,
): Promise<void> {
  if (response.destroyed) return;
  const headers: Record<string, string | number> = { ...answer.headers };
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') headers[name] = headerBytes(value);
  }
  const bytes = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const length = Buffer.isBuffer(bytes) ? bytes.length : isRange(bytes) ? bytes.to - bytes.from : undefined;
  if (length !== undefined) headers['Content-Length'] ??= length;
  else if (bytes === undefined && answer.status !== 304 && answer.status !== 204)
    headers['Content-Length'] ??= 0;
  response.writeHead(answer.status, headers);
  if (bytes === undefined || response.req.method === 'HEAD') return void response.end();
  if (Buffer.isBuffer(bytes) && !disturb) return void response.end(bytes);
  // A body that is cut or stalls at its first byte has an answer before it all the same.
  if (disturb) response.flushHeaders();
  const chunks = chunksOf(bytes);
  await pour(response, disturb ? disturb(chunks) : chunks);
}

function chunksOf(body: Buffer | BodyRange | AsyncIterable<Buffer>): Chunks {
  if (Buffer.isBuffer(body)) return [body];
  return isRange(body) ? body.source.read(body.from, body.to) : body;
}

function isRange(body: Answer['body']): body is BodyRange {
  return typeof body === 'object' && 'source' in body;
}

async function pour(response: ServerResponse, chunks: Chunks): Promise<void> {
  try {
    if (Symbol.iterator in chunks) {
      for (const chunk of chunks) if (!(await written(response, chunk))) return;
    } else {
      for await (const chunk of chunks) if (!(await written(response, chunk))) return;
    }
    response.end();
  } catch (error) {
    if (error instanceof StalledConnection) await silence(response);
    else hangUp(response, error);
  }
}

/** False once the client has gone. */
async function written(response: ServerResponse, chunk: Buffer): Promise<boolean> {
  if (response.destroyed) return false;
  if (response.write(chunk)) return true;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
  return !response.destroyed;
}

/** Leaves the connection open and unanswered until the client gives it up or the server closes. */
export async function silence(response: ServerResponse): Promise<void> {
  if (!response.destroyed) await once(response, 'close');
}

/** Closes the connection in mid-answer. What is no ordered fault is a mistake of the stand-in, and is shown. */
export function hangUp(response: ServerResponse, error: unknown): void {
  if (!(error instanceof CutConnection)) console.error('stand-in failed:', error);
  if (response.socket) response.socket.destroySoon();
}
