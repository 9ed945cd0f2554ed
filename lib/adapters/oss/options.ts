/** What an adapter of OSS is told once. */
import type { Credentials } from '../../core/endpoint.ts';
import type { Clock } from '../../ports/clock.ts';

export interface OssOptions {
  readonly bucket: string;
  /** `oss-cn-hangzhou`. */
  readonly region: string;
  /** `[http(s)://]host[:port]`: a private network, an acceleration domain, an address. */
  readonly endpoint?: string | undefined;
  /** Read at every request: a role's keys change while it runs. */
  readonly credentials: () => Credentials;
  readonly clock: Clock;
  readonly connectionsMax: number;
  /** No byte moved for this long ends a request. */
  readonly timeoutMs: number;
  /** V4 (default) is bound to the region; V1 is for endpoints that do not know V4. */
  readonly signature?: 'V4' | 'V1' | undefined;
}
