/** Where the brokers are and how patient we are with them; a kafkajs client made of both. */
import { Kafka, logLevel } from 'kafkajs';
import type { Clock, Dice } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { clientLog } from './client-log.ts';

export interface KafkaOptions {
  /** `host:port`, one or more of the cluster's. */
  readonly brokers: readonly string[];
  /** `ca` in PEM where the certificate is not signed by a public authority. */
  readonly tls: { readonly ca?: string | undefined } | undefined;
  /** SASL/PLAIN. */
  readonly sasl: { readonly username: string; readonly password: string } | undefined;
  readonly clientId: string;
  /** Put before every topic and group. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
}

export interface KafkaTimings {
  /** A member that sends no heartbeat for so long is taken for dead. */
  readonly sessionMs: number;
  readonly heartbeatMs: number;
  /** How long the group waits for its members to come back when it shares the partitions out anew. */
  readonly rebalanceMs: number;
  /** How long handlers may take to end before their partitions go to others all the same; within a session. */
  readonly drainMsMax: number;
  /** How long a fetch waits at the broker; a partition taken up again may wait for one such fetch to end. */
  readonly fetchWaitMs: number;
  /** A connection unused for longer is replaced before it is used again: firewalls forget, functions freeze. */
  readonly idleMsMax: number;
}

export const KAFKA_TIMINGS: KafkaTimings = {
  sessionMs: 30_000,
  heartbeatMs: 3_000,
  rebalanceMs: 60_000,
  drainMsMax: 20_000,
  fetchWaitMs: 250,
  idleMsMax: 30_000,
};

const CONNECT_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;

/** A second and a half: past a short election; longer troubles are the callers' to wait out. */
export const CLIENT_RETRY = {
  initialRetryTime: 200,
  maxRetryTime: 2_000,
  factor: 0.2,
  multiplier: 2,
  retries: 3,
} as const;

/** A client of its own for each consumer: kafkajs shares committed offsets among the consumers of one client. */
export function kafkaClient({ brokers, tls, sasl, clientId, clock, log }: KafkaOptions): Kafka {
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ssl: tls === undefined ? false : tls.ca === undefined ? true : { ca: [tls.ca] },
    ...(sasl === undefined ? {} : { sasl: { mechanism: 'plain' as const, ...sasl } }),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    authenticationTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: CLIENT_RETRY,
    logLevel: logLevel.WARN,
    logCreator: () => clientLog(log, clock),
  });
}
