/** From the size of a task to its time, requests, messages, rows, function-seconds and price. The formulas are those of docs/scale.md. */
import { GiB } from '../../lib/core/bytes.ts';
import { FORKING } from '../../lib/core/forking.ts';
import { SEGMENT_LIMITS } from '../../lib/core/segments.ts';
import { FUNCTION } from '../../lib/runtime/limits.ts';
import { type Costs, MEASURED, PLANNED, PRICES } from './costs.ts';

export interface Scale {
  readonly objects: number;
  readonly bytes: number;
  /** Of the topic `segments`: copy functions at once. */
  readonly partitions: number;
  /** Listings in flight. */
  readonly listings: number;
  readonly latencyMs: number;
  readonly bytesPerSecond: number;
  readonly listMs: number;
  readonly memoryMb: number;
  readonly cpuShare: number;
}

export interface Prediction {
  readonly segments: number;
  readonly seconds: { readonly listing: number; readonly copying: number; readonly all: number };
  /** What one copy function does in a second, and what holds it. */
  readonly objectsPerSecond: number;
  readonly bound: 'latency' | 'bandwidth' | 'cpu';
  readonly requests: {
    readonly list: number;
    readonly get: number;
    readonly put: number;
    readonly state: number;
  };
  readonly messages: { readonly ranges: number; readonly segments: number; readonly results: number };
  readonly rows: { readonly segments: number; readonly slices: number };
  readonly statements: number;
  readonly functionSeconds: { readonly copy: number; readonly planner: number; readonly reporter: number };
  /** USD. */
  readonly price: {
    readonly egress: number;
    readonly requests: number;
    readonly copying: number;
    readonly orchestration: number;
    readonly orchestrationPerMillion: number;
    readonly all: number;
  };
}

const MB_PER_GB = 1024;
/** An invocation plans for 240 s, the reporter's timer comes every minute. */
const INVOCATION_SECONDS = 240;
const TICK_SECONDS = 60;
const CHECKPOINT_SECONDS = 10;
const DATABASE_CCU = 1;

export function predict(scale: Scale, costs: Costs = MEASURED): Prediction {
  const { objects, bytes, partitions } = scale;
  const ranges = rangesOf(scale);
  const pages = Math.ceil(objects / SEGMENT_LIMITS.entriesMax) + Math.floor(ranges / 2);
  const segments = Math.max(pages, Math.ceil(bytes / SEGMENT_LIMITS.bytesMax));
  const { objectsPerSecond, bound } = copyRate(scale, costs);
  const copySeconds = objects / objectsPerSecond;
  const listing = ((pages + ranges) / Math.min(scale.listings, ranges)) * (scale.listMs / 1000);
  const copying = copySeconds / Math.min(partitions, segments);
  const all = Math.max(listing, copying);
  const slices = segments * Math.max(1, Math.ceil(copySeconds / segments / CHECKPOINT_SECONDS));
  const ticks = Math.ceil(all / TICK_SECONDS) + 1;
  const work = { segments, lists: pages + ranges, slices, ticks, seconds: all };
  const functionSeconds = {
    copy: copySeconds,
    planner: Math.max(
      listing * Math.min(scale.listings, segments),
      (segments * costs.controlMsPerSegment) / 2000,
    ),
    reporter: (segments * costs.controlMsPerSegment) / 2000 + ticks,
  };
  const requests = requestsOf(scale, work, costs);
  return {
    ...{ segments, objectsPerSecond, bound, requests, functionSeconds },
    seconds: { listing, copying, all },
    messages: { ranges: Math.ceil(listing / INVOCATION_SECONDS) + ranges, segments, results: slices },
    rows: { segments, slices },
    statements:
      segments * costs.statementsPerSegment +
      slices * costs.statementsPerSlice +
      ticks * costs.statementsPerTick,
    price: priceOf(scale, { ...work, functionSeconds, requests }),
  };
}

/** A listing in parallel ends with about two ranges for each that was listed at once: one on the way, one cut off near the end. */
function rangesOf({ objects, listings }: Scale): number {
  if (objects < 2 * FORKING.afterKeys) return 1;
  return Math.ceil(Math.min(2 * listings, objects / FORKING.partKeysMin));
}

/** Of one copy function: the least that latency, line and CPU allow. */
function copyRate(scale: Scale, costs: Costs): Pick<Prediction, 'objectsPerSecond' | 'bound'> {
  const bytesEach = scale.objects === 0 ? 0 : scale.bytes / scale.objects;
  const cpuSeconds = costs.copyCpuMsPerObject / 1000 + (bytesEach / GiB) * costs.copyCpuSecondsPerGib;
  const rates = {
    latency: FUNCTION.lanes / (scale.latencyMs / 1000),
    bandwidth: bytesEach === 0 ? Infinity : scale.bytesPerSecond / bytesEach,
    cpu: scale.cpuShare / cpuSeconds,
  };
  const [bound, objectsPerSecond] = Object.entries(rates).reduce((a, b) => (a[1] <= b[1] ? a : b));
  return { bound: bound as Prediction['bound'], objectsPerSecond };
}

interface Work {
  readonly segments: number;
  /** A probe for each range, and half a page at its end. */
  readonly lists: number;
  readonly slices: number;
  readonly ticks: number;
  readonly seconds: number;
}

function requestsOf(
  { objects }: Scale,
  { segments, lists, slices, ticks }: Work,
  costs: Costs,
): Prediction['requests'] {
  const state = segments * costs.stateRequestsPerSegment + (slices - segments) + 3 * ticks;
  return { list: lists, get: objects, put: objects, state };
}

function priceOf(
  scale: Scale,
  { seconds, functionSeconds, requests }: Work & Pick<Prediction, 'functionSeconds' | 'requests'>,
): Prediction['price'] {
  const usd = (cny: number) => cny / PRICES.usd;
  const gbSeconds = (functionSeconds: number) =>
    functionSeconds * (scale.memoryMb / MB_PER_GB) * PRICES.scfMemoryUsd;
  const calls = (count: number) => (count / 10_000) * PRICES.scfCallsUsd;
  const hours = Math.ceil(seconds / 3600) + 1;
  const engines =
    usd(hours * (PRICES.ckafka + 2 * PRICES.ckafkaDisk)) +
    hours * (3600 * DATABASE_CCU * PRICES.databaseUsd + PRICES.databaseStorageUsd);
  const egress = usd((scale.bytes / 1e9) * PRICES.ossEgress);
  const ofStores =
    usd(((requests.get + requests.list) / 10_000) * PRICES.ossRequests) +
    (requests.put / 10_000) * PRICES.cosRequestsUsd;
  const copying = gbSeconds(functionSeconds.copy) + calls(requests.list);
  const orchestration =
    engines +
    gbSeconds(functionSeconds.planner + functionSeconds.reporter) +
    calls(2 * requests.list) +
    (requests.state / 10_000) * PRICES.cosRequestsUsd;
  return {
    ...{ egress, requests: ofStores, copying, orchestration },
    orchestrationPerMillion: orchestration / (scale.objects / 1e6),
    all: egress + ofStores + copying + orchestration,
  };
}

export const DEFAULT_SCALE: Scale = { objects: 1e9, bytes: 1e15, partitions: 256, listings: 64, ...PLANNED };
