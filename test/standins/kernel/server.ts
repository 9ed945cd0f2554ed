/** The HTTP server of both stand-ins: parses, counts, applies faults and lets a vendor's layer answer. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectionCare } from './connections.ts';
import { Faults, type Fault } from './faults.ts';
import { bodyFault, StalledConnection } from './fault-stream.ts';
import { parseTarget, ServiceError, type Answer, type StandinRequest } from './http.ts';
import { hangUp, send, silence } from './send.ts';
import type { ObjectStore } from './store.ts';
import { errorXml } from './xml.ts';

export interface RunningServer {
  /** `http://127.0.0.1:PORT`; the bucket goes into the Host header. */
  readonly url: string;
  readonly port: number;
  readonly faults: Faults;
  /** By action name, e.g. 'GetObject'. */
  readonly requests: ReadonlyMap<string, number>;
  requestTotal(): number;
  /** Calls for each request as it arrives, refused ones included. */
  onRequest(listener: (request: Omit<StandinRequest, 'body'>) => void): void;
  resetCounts(): void;
  /** Destroys open connections. */
  close(): Promise<void>;
}

export interface Standin extends RunningServer {
  /** @throws for a bucket that was not created. */
  store(bucket: string): ObjectStore;
}

/** What a vendor adds to the server. */
export interface Service {
  /** Of the Host header without port; '' where the host names no bucket. */
  bucketOf(host: string): string;
  /** The name of the API action; 'Unknown' for what the stand-in does not have. */
  actionOf(request: Omit<StandinRequest, 'action' | 'body'>): string;
  /** Authenticates, does the work, answers. @throws ServiceError to refuse. */
  answer(request: StandinRequest): Promise<Answer> | Answer;
  requestIdOf(sequence: number): string;
  /** Headers of every answer, errors included: the request id, the server's name. */
  commonHeaders(requestId: string): Readonly<Record<string, string>>;
  /** Headers that stand for the error body where a HEAD is refused. */
  headErrorHeaders?(error: ServiceError, xml: string): Readonly<Record<string, string>>;
}

export interface ServerOptions {
  readonly port?: number | undefined;
  /** Seeds the dice of the faults. */
  readonly seed?: number | undefined;
}

export async function startServer(service: Service, options: ServerOptions = {}): Promise<RunningServer> {
  const faults = new Faults(options.seed);
  const requests = new Map<string, number>();
  const listeners: ((request: StandinRequest) => void)[] = [];
  let sequence = 0;
  const server = createServer({
    keepAlive: true,
    keepAliveTimeout: 120_000,
    requestTimeout: 0,
    maxHeaderSize: 64 * 1024,
    highWaterMark: 512 * 1024,
  });
  server.headersTimeout = 0;
  connectionCare(server);

  server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
    sequence += 1;
    const exchange = { service, incoming, response, requestId: service.requestIdOf(sequence) };
    void converse(exchange, (request) => {
      requests.set(request.action, (requests.get(request.action) ?? 0) + 1);
      for (const heard of listeners) heard(request);
      return faults.take(request);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });

  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    port,
    faults,
    requests,
    requestTotal: () => [...requests.values()].reduce((sum, count) => sum + count, 0),
    onRequest: (listener) => {
      listeners.push(listener);
    },
    resetCounts: () => {
      requests.clear();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

interface Exchange {
  readonly service: Service;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
}

type Enter = (request: StandinRequest) => Fault | undefined;

async function converse(exchange: Exchange, enter: Enter): Promise<void> {
  const { response, incoming } = exchange;
  try {
    const { answer, fault } = await produce(exchange, enter);
    if (answer === 'reset') return void response.socket?.resetAndDestroy();
    if (answer === 'silent') {
      await silence(response);
      return;
    }
    const headers = { ...exchange.service.commonHeaders(exchange.requestId), ...answer.headers };
    await send(response, { ...answer, headers }, uploads(incoming.method) ? undefined : bodyFault(fault));
  } catch (error) {
    if (error instanceof StalledConnection) {
      await silence(response);
      return;
    }
    // Leaving a loop over the request aborts it and takes its socket away: only the response knows whether the client is there.
    if (!response.destroyed && response.socket?.destroyed === false) hangUp(response, error);
  }
}

interface Outcome {
  readonly answer: Answer | 'reset' | 'silent';
  readonly fault: Fault | undefined;
}

/** Refusals become answers; what else goes wrong is thrown on. */
async function produce(exchange: Exchange, enter: Enter): Promise<Outcome> {
  let fault: Fault | undefined;
  try {
    const request = parse(exchange);
    fault = enter(request);
    const body = received(exchange.incoming, request.method, fault);
    return { answer: await withFault(fault, { ...request, body }, exchange.service), fault };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { answer: refusal(error, exchange), fault };
  }
}

function parse({ incoming, requestId, service }: Exchange): StandinRequest {
  const host = incoming.headers.host ?? '';
  const target = parseTarget(incoming.url ?? '/');
  const bucket = service.bucketOf(host.replace(/:\d+$/, ''));
  const method = incoming.method ?? 'GET';
  const request = { ...target, method, host, bucket, headers: incoming.headers, requestId };
  return { ...request, action: service.actionOf(request), body: incoming as AsyncIterable<Buffer> };
}

function uploads(method: string | undefined): boolean {
  return method === 'PUT' || method === 'POST';
}

function received(
  incoming: IncomingMessage,
  method: string,
  fault: Fault | undefined,
): AsyncIterable<Buffer> {
  const disturb = uploads(method) ? bodyFault(fault) : undefined;
  return disturb ? disturb(incoming as AsyncIterable<Buffer>) : (incoming as AsyncIterable<Buffer>);
}

async function withFault(
  fault: Fault | undefined,
  request: StandinRequest,
  service: Service,
): Promise<Answer | 'reset' | 'silent'> {
  switch (fault?.kind) {
    case 'status':
      throw new ServiceError(fault);
    case 'reset':
      return 'reset';
    case 'stall':
      if (fault.afterBytes === undefined) return 'silent';
      return await service.answer(request);
    case 'errorIn200':
      if (fault.done) await service.answer(request);
      return {
        status: 200,
        ...xmlBody(`  ${errorXml(new ServiceError({ status: 200, ...fault }), request)}`),
      };
    case 'meanwhile':
      await fault.act();
      return await service.answer(request);
    case 'statusAfter':
      await service.answer(request);
      throw new ServiceError(fault);
    case 'resetAfter':
      await service.answer(request);
      return 'reset';
    case 'stallAfter':
      await service.answer(request);
      return 'silent';
    default:
      return await service.answer(request);
  }
}

function refusal(error: ServiceError, { service, incoming, requestId }: Exchange): Answer {
  const xml = errorXml(error, { requestId, host: incoming.headers.host ?? '' });
  if (incoming.method === 'HEAD') {
    return { status: error.status, headers: { ...service.headErrorHeaders?.(error, xml), ...error.headers } };
  }
  if (error.status === 304) return { status: 304, headers: error.headers };
  const { headers, body } = xmlBody(xml);
  return { status: error.status, headers: { ...headers, ...error.headers }, body };
}

function xmlBody(xml: string): { headers: Record<string, string>; body: string } {
  return { headers: { 'Content-Type': 'application/xml' }, body: xml };
}
