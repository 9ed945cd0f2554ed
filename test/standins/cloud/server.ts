/** A stand-in of Tencent's cloud API 3.0: one HTTP server for all services, state in memory. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Service } from './actions.ts';
import { ckafka } from './ckafka/service.ts';
import { appendFunctionLog, appendLog, type FunctionLogLine } from './cls/append.ts';
import { cls } from './cls/service.ts';
import { cynosdb } from './cynosdb/service.ts';
import { type PlannedError, PlannedFaults, type Unfired } from './faults.ts';
import { cam, ssm, sts } from './identity.ts';
import type { CloudOptions } from './options.ts';
import { check, Refusal } from './refusal.ts';
import { type Resources, resourcesOf } from './resources.ts';
import { checkRegion, serviceOf } from './router.ts';
import { scf } from './scf/service.ts';
import { shapesOf } from './shapes.ts';
import { authenticate, type Key } from './signature.ts';
import { validate } from './validate.ts';
import { vpc } from './vpc/service.ts';
import { World } from './world.ts';

export interface CloudStandin {
  readonly url: string;
  /** As the vendor's SDK wants it: `127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** Every call whose signature was genuine, in their order. */
  readonly calls: readonly Call[];
  resetCalls(): void;
  /** Everything that exists now. */
  resources(): Resources;
  /** Plans an error for the next `times` calls (default 1) of an action; see `PlannedFaults.plan`. */
  fail(action: string, error: PlannedError, times?: number): void;
  /** The next creation or update of this function is taken, and ends in CreateFailed or UpdateFailed. */
  failLater(functionName: string): void;
  readonly unfired: readonly Unfired[];
  /** A line in a log topic; `fields` as SCF writes them. */
  appendLog(topicId: string, fields: Readonly<Record<string, string>>, atMs?: number): void;
  /** A line of a function, in the log topic of its configuration; nothing where it has none. */
  appendFunctionLog(functionName: string, line: FunctionLogLine): void;
  /** @throws where a planned error never happened */
  close(): Promise<void>;
}

export interface Call {
  readonly service: string;
  readonly action: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly at: number;
  /** The code it was refused with. */
  readonly error?: string;
}

/** "Requests signed with TC3-HMAC-SHA256 are at most 10 MB." */
const REQUEST_BYTES_MAX = 10 * 1024 * 1024;

export async function startCloud(options: CloudOptions): Promise<CloudStandin> {
  const world = new World(options);
  await world.open();
  const desk = openDesk(world);
  const server = createServer((incoming, response) => {
    void respond(desk, incoming).then((answer) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${endpoint}`,
    endpoint,
    calls: desk.calls,
    resetCalls: () => void desk.calls.splice(0),
    resources: () => resourcesOf(world),
    fail: (action, error, times = 1) => desk.faults.plan(action, error, times),
    failLater: (name) => void world.doomed.add(name),
    get unfired() {
      return desk.faults.unfired;
    },
    appendLog: (topicId, fields, atMs) => appendLog(world, { topicId, fields, atMs: atMs ?? world.now() }),
    appendFunctionLog: (name, line) => appendFunctionLog(world, name, line),
    async close() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await world.close();
      const { unfired } = desk.faults;
      if (unfired.length > 0) throw new Error(`planned and never happened: ${JSON.stringify(unfired)}`);
    },
  };
}

interface Desk {
  readonly world: World;
  readonly services: readonly Service[];
  readonly keys: ReadonlyMap<string, Key>;
  readonly faults: PlannedFaults;
  readonly calls: Call[];
}

function openDesk(world: World): Desk {
  const roles = Object.values(world.options.instances?.roles ?? {});
  return {
    world,
    services: [scf, ckafka, cls, cynosdb, vpc, cam, ssm, sts].map((service) => service(world)),
    keys: new Map([...world.options.keys, ...roles].map((key) => [key.id, key])),
    faults: new PlannedFaults(),
    calls: [],
  };
}

async function respond(desk: Desk, incoming: IncomingMessage): Promise<object> {
  const RequestId = randomUUID();
  try {
    return { Response: { ...(await perform(desk, incoming, RequestId)), RequestId } };
  } catch (error) {
    const Code = error instanceof Refusal ? error.code : 'InternalError';
    const Message = error instanceof Error ? error.message : String(error);
    return { Response: { Error: { Code, Message }, RequestId } };
  }
}

async function perform(desk: Desk, incoming: IncomingMessage, requestId: string): Promise<object> {
  const { world, services, faults, keys } = desk;
  const { method = '', headers } = incoming;
  const body = await received(incoming);
  check(method === 'POST', 'UnsupportedProtocol', 'This stand-in takes POST alone.');
  const action = text(headers['x-tc-action']);
  const service = serviceOf({ action, version: text(headers['x-tc-version']) }, services);
  const [path = '/', query = ''] = (incoming.url ?? '/').split('?');
  const judge = { keys, nowMs: world.now(), service: service.name };
  const { id: secretId } = authenticate({ method, path, query, headers, body }, judge);
  const params = parsed(body, text(headers['content-type']));
  const call: { -readonly [Name in keyof Call]: Call[Name] } = {
    service: service.name,
    action,
    params,
    at: world.now(),
  };
  desk.calls.push(call);
  try {
    checkRegion(service, text(headers['x-tc-region']), world.options.region);
    validate(params, `${action}Request`, shapesOf(service.models));
    const work = service.actions[action] as (given: unknown, caller: object) => Promise<object>;
    const caller = { secretId, requestId };
    return await faults.around(service.name, action, async () => await work(withoutNulls(params), caller));
  } catch (error) {
    call.error = error instanceof Refusal ? error.code : 'InternalError';
    throw error;
  }
}

async function received(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= REQUEST_BYTES_MAX) chunks.push(chunk);
  }
  check(bytes <= REQUEST_BYTES_MAX, 'RequestSizeLimitExceeded', `The request has ${bytes} bytes.`);
  return Buffer.concat(chunks);
}

function parsed(body: Buffer, contentType: string): Record<string, unknown> {
  check(
    contentType.split(';')[0] === 'application/json',
    'InvalidRequest',
    'This stand-in takes application/json alone.',
  );
  try {
    const value: unknown = JSON.parse(body.toString() || '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Refused below, as everything that is no object.
  }
  throw new Refusal('InvalidParameter', 'The body is no JSON object.');
}

function withoutNulls(params: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== null));
}

function text(header: string | string[] | undefined): string {
  return String(header ?? '');
}
