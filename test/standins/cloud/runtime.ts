// What the stand-in of the cloud API asks of whatever really runs the functions and fires their triggers.

export interface DeployedFunction {
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  readonly zip: Uint8Array;
  readonly handler: string;
  readonly runtime: string;
  readonly memoryMb: number;
  readonly timeoutS: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly role?: { readonly id: string; readonly secret: string; readonly token: string };
  readonly region: string;
  readonly appId: string;
  readonly reservedConcurrencyMb?: number;
}

export interface InvokeOutcome {
  readonly requestId: string;
  /** 0 is success, 1 a user's error, -1 the system's; 431, 433, 434 … are SCF's status codes. */
  readonly status: number;
  readonly retMsg: string;
  readonly errMsg: string;
  readonly log: string;
  readonly durationMs: number;
  readonly memoryBytes: number;
}

export type ActiveTrigger =
  | {
      readonly kind: 'timer';
      readonly name: string;
      readonly cron: string;
      readonly argument: string;
    }
  | {
      readonly kind: 'ckafka';
      readonly name: string;
      readonly topic: string;
      readonly instanceId: string;
      readonly group: string;
      readonly maxMsgNum: number;
      readonly offset: 'earliest' | 'latest';
      readonly retry: number;
      readonly timeOutS: number;
    };

export interface FunctionRuntime {
  invoke(fn: DeployedFunction, event: string): Promise<InvokeOutcome>;
  /** Instances of older code or an older configuration end. */
  replace(fn: DeployedFunction): void;
  remove(name: string): void;
  /** The triggers one function should have from now on; called after each change. */
  setTriggers(fn: DeployedFunction, triggers: readonly ActiveTrigger[]): Promise<void>;
  close(): Promise<void>;
}
