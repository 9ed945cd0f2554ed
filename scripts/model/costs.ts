/** What the model is made of: figures measured on this project's benchmarks, planning figures, and list prices. */

/** Measured by `npm run bench`, `bench:engines` and `bench:functions`; docs/scale.md says on what, and how they are checked. */
export const MEASURED = {
  /** CPU of a copy process for an object of 4 KiB, both requests, checksum and signatures. */
  copyCpuMsPerObject: 0.16,
  /** CPU of a copy process for each GiB beyond that. */
  copyCpuSecondsPerGib: 1.3,
  /** CPU of planner and reporter, for a segment: a page listed and parsed, a manifest packed, results settled. */
  controlCpuMsPerSegment: 35,
  /** Wall time of reporter and planner invocations for a segment, round trips to the database and COS included. */
  controlMsPerSegment: 120,
  /** Round trips to the database, `begin` and `commit` too: of a segment, and of each batch of results with a slice of it. */
  statementsPerSegment: 9.8,
  statementsPerSlice: 7,
  /** A tick looks at the task, its totals, what is silent, and its ranges. */
  statementsPerTick: 17,
  /** To the state bucket: manifest, task, control, results listed, manifest read, slice written. */
  stateRequestsPerSegment: 4.5,
  /** Packed manifest, and a slice without failures. */
  stateBytesPerSegment: 60_000,
  messageBytes: 700,
};

export type Costs = typeof MEASURED;

/** What a line, a store and a machine allow is not ours: each can be given on the command line. */
export const PLANNED = {
  /** From the first byte sent to the last byte answered, of a GET and of the PUT after it, small objects. */
  latencyMs: 60,
  /** Of one copy function. */
  bytesPerSecond: 20_000_000,
  /** A LIST of 1,000 keys. */
  listMs: 200,
  memoryMb: 512,
  /** SCF gives CPU by memory [?]: of one core. */
  cpuShare: 0.5,
} as const;

/** CNY, or USD where it says so; the same as in docs/deploy.md, which names date and source of each. */
export const PRICES = {
  ossEgress: 0.5,
  ossRequests: 0.01,
  cosRequestsUsd: 0.002,
  scfMemoryUsd: 0.0000167,
  scfCallsUsd: 0.002,
  ckafka: 1.34,
  ckafkaDisk: 0.25,
  databaseUsd: 0.00001397,
  databaseStorageUsd: 0.00072,
  usd: 7.1,
} as const;
