/** serverless.yml as the framework's validation lets it through. */
import type { Topic } from '../../lib/core/messages.ts';

export interface SizeInput {
  readonly memorySize?: number;
  readonly timeout?: number;
  readonly publicNet?: boolean;
  readonly environment?: Readonly<Record<string, string | number | boolean>>;
  readonly secrets?: readonly string[];
}

export type EventInput =
  | { readonly timer: { readonly cron: string } }
  | {
      readonly ckafka: {
        readonly topic: Topic;
        readonly batch?: number;
        readonly waitS?: number;
        readonly retry?: number;
        readonly offset?: 'earliest' | 'latest';
      };
    };

export interface FunctionInput extends SizeInput {
  readonly name: string;
  readonly handler: string;
  readonly vpc?: boolean;
  readonly reservedConcurrency?: number;
  readonly events?: readonly EventInput[];
}

export interface ProviderInput extends SizeInput {
  readonly region?: string;
  readonly stage?: string;
  readonly runtime?: string;
  readonly role?: string;
  readonly vpc?: { readonly vpcId?: string; readonly subnetId?: string };
  readonly ssm?: string;
  readonly kafka?: {
    readonly instanceId?: string;
    readonly partitions?: Partial<Record<Topic, number | string>>;
    readonly replicas?: number;
    readonly retentionMs?: number;
    readonly access?: { readonly brokers?: string; readonly tls?: boolean };
  };
  readonly mysql?: {
    readonly clusterId?: string;
    readonly host?: string;
    readonly port?: string | number;
    readonly user?: string;
    readonly database?: string;
  };
  readonly logs?: { readonly retentionDays?: number };
  readonly code?: { readonly bucket?: string; readonly bundleMbMax?: number };
  readonly copy?: 'functions' | 'workers';
  readonly provision?: boolean | 'true' | 'false';
  readonly zone?: string;
  readonly zoneId?: string;
}
