/** Every call of the cloud API goes through here: typed by the vendor's definitions, retried, its errors made sentences. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AbstractClient } from 'tencentcloud-sdk-nodejs/tencentcloud/common/abstract_client.js';
import type { Client as Ckafka } from 'tencentcloud-sdk-nodejs/tencentcloud/services/ckafka/v20190819/ckafka_client.js';
import type { Client as Cls } from 'tencentcloud-sdk-nodejs/tencentcloud/services/cls/v20201016/cls_client.js';
import type { Client as Cynosdb } from 'tencentcloud-sdk-nodejs/tencentcloud/services/cynosdb/v20190107/cynosdb_client.js';
import type { Client as Scf } from 'tencentcloud-sdk-nodejs/tencentcloud/services/scf/v20180416/scf_client.js';
import type { Client as Vpc } from 'tencentcloud-sdk-nodejs/tencentcloud/services/vpc/v20170312/vpc_client.js';
import { type RetryPolicy, retryDelayMs } from '../../lib/core/backoff.ts';
import { SCF } from '../../lib/core/platform.ts';
import { CloudError, isWorthRetrying } from './cloud-error.ts';
import { endpointOf } from './endpoint.ts';

interface Services {
  scf: Scf;
  ckafka: Ckafka;
  cls: Cls;
  cynosdb: Cynosdb;
  vpc: Vpc;
}

const VERSIONS: Readonly<Record<keyof Services, string>> = {
  scf: '2018-04-16',
  ckafka: '2019-08-19',
  cls: '2020-10-16',
  cynosdb: '2019-01-07',
  vpc: '2017-03-12',
};

const RETRY: RetryPolicy = { attemptsMax: 5, delayMsFirst: 300, delayMsMax: 5_000 };
const TIMEOUT_S = 60;
/** `Invoke` waits for the function; a little longer, so that the cloud and not we give up. */
const INVOKE_TIMEOUT_S = SCF.invokeWaitMs / 1_000 + 10;

type Action<S> = { [K in keyof S]: S[K] extends (request: never) => Promise<unknown> ? K : never }[keyof S] &
  string;
type Request<S, A extends keyof S> = S[A] extends (request: infer R, ...rest: never[]) => unknown ? R : never;
type Answer<S, A extends keyof S> = S[A] extends (...all: never[]) => Promise<infer R> ? R : never;

export interface Cloud {
  readonly region: string;
  call<S extends keyof Services, A extends Action<Services[S]>>(
    service: S,
    action: A,
    request: Request<Services[S], A>,
  ): Promise<Answer<Services[S], A>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function connect(region: string, env: Environment): Cloud {
  const call = async (service: keyof Services, action: string, request: unknown): Promise<unknown> => {
    const client = clientOf(service, action, region, env);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await client.request(action, request)) as unknown;
      } catch (error) {
        const refusal = refusalOf(service, action, error);
        if (attempt === RETRY.attemptsMax || !isWorthRetrying(action, refusal.code))
          throw new CloudError(refusal, { cause: error });
        await sleep(retryDelayMs(RETRY, attempt, Math.random()));
      }
    }
  };
  return { region, call: call as Cloud['call'] };
}

function clientOf(service: keyof Services, action: string, region: string, env: Environment): AbstractClient {
  const { host, protocol } = endpointOf(service, env.TENCENTCLOUD_ENDPOINT);
  const {
    TENCENTCLOUD_SECRET_ID: secretId,
    TENCENTCLOUD_SECRET_KEY: secretKey,
    TENCENTCLOUD_TOKEN: token,
  } = env;
  return new AbstractClient(host, VERSIONS[service], {
    credential: {
      secretId: secretId ?? '',
      secretKey: secretKey ?? '',
      ...(token === undefined || token === '' ? {} : { token }),
    },
    region,
    profile: {
      language: 'en-US',
      httpProfile: {
        endpoint: host,
        protocol,
        reqTimeout: action === 'Invoke' ? INVOKE_TIMEOUT_S : TIMEOUT_S,
      },
    },
  });
}

function refusalOf(service: string, action: string, error: unknown) {
  const { code, message, requestId } = error as { code?: string; message?: string; requestId?: string };
  return { service, action, code, words: message ?? String(error), requestId };
}

export async function orUndefined<T>(family: string, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CloudError && error.is(family)) return undefined;
    throw error;
  }
}
