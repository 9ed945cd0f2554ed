/** Settings of the runtimes, each with its reason. What the platform allows stands in lib/core/platform.ts. */
import { FORKING } from '../core/forking.ts';

/** One process on one machine, embedded engines. */
export const ONE_PROCESS = {
  /** Objects under way without `--concurrency`: enough to hide 100 ms of latency at hundreds of objects a second. */
  concurrency: 64,
  /** Segments under way: the tail of one overlaps with the beginning of the next. */
  segmentsInFlight: 4,
  /** Ranges listed side by side: as many as one task opens. */
  rangesInFlight: FORKING.parallelism,
  /** Parts of large objects under way: fills a line, and bounds memory. */
  partsInFlight: 16,
  /** A message comes again when its handler has been dead for this long. */
  leaseMs: 60_000,
  /** Another process's messages (there are none, normally) are noticed after this. */
  pollMs: 1_000,
  /** Report and control objects in COS. */
  tickEveryMs: 5_000,
  /** The bar on the terminal. */
  showEveryMs: 500,
  sweep: { silenceMs: 60_000, ringsMax: 5, rowsMax: 100 },
} as const;

/** One cloud function. */
export const FUNCTION = {
  /** Objects under way in one invocation: with the parts, well under SCF's 1,024 file descriptors for two stores. */
  lanes: 64,
  partsInFlight: 8,
  connectionsMax: 100,
  /** Longer than a segment waits behind others in its partition's retries; a lost message costs this. */
  sweep: { silenceMs: 600_000, ringsMax: 5, rowsMax: 100 },
} as const;

/** `oss2cos worker`, a process on any host. */
export const WORKER = {
  concurrency: ONE_PROCESS.concurrency,
  partsInFlight: ONE_PROCESS.partsInFlight,
  segmentsInFlight: ONE_PROCESS.segmentsInFlight,
  /** The ranges of a batch are listed side by side: with the eight partitions of the topic, as many as one task opens. */
  ranges: { batchMax: 8, inFlightMax: ONE_PROCESS.rangesInFlight },
  segments: { batchMax: 1, inFlightMax: ONE_PROCESS.segmentsInFlight },
  results: { batchMax: 100, inFlightMax: 2 },
  /** As often as a function's timer could, and a short task ends without a minute's wait. */
  tickEveryMs: 10_000,
  showEveryMs: 10_000,
  sweep: FUNCTION.sweep,
} as const;

/** The reporter's timer. */
export const TICK = {
  /** A worker's ticks come one after the other: the other tasks wait no longer than this for one that ends. */
  longestMs: 240_000,
  /** Kept for the step under way: a thousand results are read, and a part is written. */
  stepMs: 30_000,
} as const;

/** How adapters talk to a store. */
export const CONNECTIONS = {
  /** No byte for this long ends a request: longer than a store may take to answer a Complete. */
  timeoutMs: 60_000,
} as const;
