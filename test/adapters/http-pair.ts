/** A client and a server that answers as the test says, both closed after it. */
import type { TlsOptions } from 'node:tls';
import { afterEach } from 'vitest';
import {
  type HttpClient,
  type HttpOptions,
  type HttpRequest,
  type HttpResponse,
  gathered,
  httpClient,
} from '../../lib/adapters/http/index.ts';
import { type Behaviour, type TestServer, serve } from './http-server.ts';
import { calm } from '../support/calm.ts';

export const HOST = 'photos.oss-cn-hangzhou.aliyuncs.com';
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

export interface Pair {
  readonly server: TestServer;
  readonly client: HttpClient;
}

export async function pair(
  behaviour: Behaviour,
  options: Partial<HttpOptions> = {},
  tls?: TlsOptions,
): Promise<Pair> {
  const server = await serve(behaviour, tls);
  const origin = `${tls ? 'https' : 'http'}://127.0.0.1:${String(server.port)}`;
  const client = httpClient(
    { origin, host: HOST },
    { connectionsMax: 4, connectTimeoutMs: 5000, ...options },
  );
  cleanups.push(
    () => client.close(),
    () => {
      server.close();
    },
  );
  return { server, client };
}

export function get(client: HttpClient, changes: Partial<HttpRequest> = {}): Promise<HttpResponse> {
  const signal = calm();
  return client.request({ method: 'GET', path: '/key', headers: [], signal, timeoutMs: 5000, ...changes });
}

export async function text(response: HttpResponse): Promise<string> {
  return (await gathered(response.body, 2 ** 30)).toString('latin1');
}

export function patterned(bytes: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: bytes }, (_, at) => (at * 31 + (at >> 8)) & 0xff));
}
