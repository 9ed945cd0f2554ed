/** Where the cloud API is: the vendor's host for a service, or what TENCENTCLOUD_ENDPOINT says instead. */
import { UserError } from '../../lib/core/errors.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

export interface Endpoint {
  /** With a port where it has one, as the SDK takes it. */
  readonly host: string;
  readonly protocol: 'http://' | 'https://';
}

export function endpointOf(service: string, override: string | undefined): Endpoint {
  if (override === undefined || override === '')
    return { host: `${service}.tencentcloudapi.com`, protocol: 'https://' };
  const url = URL.canParse(override) ? new URL(override) : undefined;
  const isPlain = url?.protocol === 'http:';
  if (url === undefined || (url.protocol !== 'https:' && !isPlain) || url.pathname !== '/')
    throw new UserError('TENCENTCLOUD_ENDPOINT is not an address like https://HOST[:PORT]');
  if (isPlain && !LOOPBACK.includes(url.hostname))
    throw new UserError('TENCENTCLOUD_ENDPOINT: only an address of this machine may be http; use https');
  return { host: url.host, protocol: isPlain ? 'http://' : 'https://' };
}
