/** What a stand-in of the cloud API is started with. */
import type { BrokerAdmin } from './ckafka/broker.ts';
import type { FunctionRuntime } from './runtime.ts';
import type { Key } from './signature.ts';

export interface CloudOptions {
  /** Who may call the API. */
  readonly keys: readonly Key[];
  /** The one region that it plays, for example `ap-guangzhou`. */
  readonly region: string;
  /** Default 1250000000. */
  readonly appId?: string;
  /** The real broker behind every CKafka instance: `host:port,…`; `secured` is its address for SASL over TLS. */
  readonly kafka?: { readonly brokers: string; readonly secured?: string };
  /** Creates topics on that broker; default: kafkajs where `kafka` is given, else topics exist in the API alone. */
  readonly broker?: BrokerAdmin;
  /** The real server behind every TDSQL-C cluster. */
  readonly mysql?: { readonly host: string; readonly port: number };
  readonly instances?: Seeds;
  /** Runs the functions, and is closed with the stand-in; without one `Invoke` answers an error. */
  readonly runtime?: FunctionRuntime;
  /** Where functions' code in COS is read from; the bucket without -appid, the key without its leading slash. */
  readonly objects?: (bucket: string, key: string) => Promise<Uint8Array | undefined>;
  /** How often something asynchronous is asked for before it is ready; default 1. */
  readonly pollsUntilReady?: number;
  /** Between the tries of an asynchronous invocation that failed; default one minute. */
  readonly asyncRetryMs?: number;
  /** MB of concurrency in the region, all functions together; default what SCF grants. */
  readonly concurrencyQuotaMb?: number;
  readonly now?: () => number;
  readonly port?: number;
}

/** What exists before the first call. */
export interface Seeds {
  readonly ckafka?: readonly CkafkaSeed[];
  readonly vpcs?: readonly { readonly id: string; readonly name?: string; readonly cidr?: string }[];
  readonly subnets?: readonly SubnetSeed[];
  readonly clusters?: readonly ClusterSeed[];
  readonly logTopics?: readonly LogTopicSeed[];
  /** Of SSM: name to value. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The temporary key that functions with this role get. */
  readonly roles?: Readonly<Record<string, Required<Key>>>;
}

export interface CkafkaSeed {
  readonly id: string;
  readonly name?: string;
  readonly vpcId?: string;
  readonly subnetId?: string;
  /** How many replicas a topic can have; default 3. */
  readonly brokerCount?: number;
  readonly topics?: readonly TopicSeed[];
}

export interface TopicSeed {
  readonly name: string;
  readonly partitions: number;
  readonly replicas?: number;
  readonly retentionMs?: number;
  readonly note?: string;
  /** A topic with an ACL rule cannot trigger a function. */
  readonly aclRule?: boolean;
}

export interface SubnetSeed {
  readonly id: string;
  readonly vpcId: string;
  readonly name?: string;
  readonly cidr?: string;
  readonly zone?: string;
}

export interface ClusterSeed {
  readonly id: string;
  readonly name?: string;
  readonly vpcId?: string;
  readonly subnetId?: string;
  /** Default running and awake. */
  readonly paused?: boolean;
}

export interface LogTopicSeed {
  readonly logsetId: string;
  readonly logsetName: string;
  readonly topicId: string;
  readonly topicName: string;
}
