/** What an adapter of a store is told once. */
import type { Credentials } from '../../core/endpoint.ts';
import type { Clock } from '../../ports/clock.ts';

export interface StoreOptions {
  /** In COS with the APPID: `photos-1250000000`. */
  readonly bucket: string;
  /** `oss-cn-hangzhou`, `ap-guangzhou`. */
  readonly region: string;
  /** `[http(s)://]host[:port]`: a private network, an acceleration domain, an address. */
  readonly endpoint?: string | undefined;
  /** Read at every request: a role's keys change while it runs. */
  readonly credentials: () => Credentials;
  readonly clock: Clock;
  readonly connectionsMax: number;
  /** No byte moved for this long ends a request. */
  readonly timeoutMs: number;
}
