/** Where a bucket is reached: from its name, its region and the endpoint a task may name, and with which keys. */
import { UserError } from './errors.ts';

/** Keys of an account or a role. A session's keys come with its token. */
export interface Credentials {
  readonly id: string;
  readonly secret: string;
  readonly securityToken?: string | undefined;
}

export interface BucketAddress {
  readonly bucket: string;
  /** Of the vendor's public network: `oss-cn-hangzhou.aliyuncs.com`, `cos.ap-guangzhou.myqcloud.com`. */
  readonly regionHost: string;
  /** `[http(s)://]host[:port]`; https where it names no scheme. */
  readonly endpoint?: string | undefined;
}

export interface Endpoint {
  /** `http(s)://address[:port]`: where connections go. */
  readonly origin: string;
  /** The bucket's own name in DNS: the `Host` header and the server name of TLS. */
  readonly host: string;
}

const ENDPOINT = /^(?:(https?):\/\/)?(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(\d{1,5}))?\/?$/i;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const ADDRESS = /^(?:\[.*\]|\d{1,3}(?:\.\d{1,3}){3}|localhost)$/i;

/**
 * Where the endpoint's host is an IP address or `localhost`, connections go there and the bucket keeps its own host
 * name: so do private lines with fixed addresses. Any other endpoint is a domain that buckets are a label of.
 * Throws `UserError` on an endpoint that is none.
 */
export function resolveEndpoint({ bucket, regionHost, endpoint }: BucketAddress): Endpoint {
  const ownHost = `${bucket}.${regionHost}`;
  if (endpoint === undefined) return { origin: `https://${ownHost}`, host: ownHost };
  const [, scheme = 'https', name, port] = ENDPOINT.exec(endpoint) ?? [];
  if (name === undefined || Number(port ?? '1') < 1 || Number(port ?? '1') > 65_535) {
    throw new UserError(`the endpoint ${JSON.stringify(endpoint)} is not [http(s)://]host[:port]`);
  }
  const domain = name.toLowerCase();
  const isAddress = ADDRESS.test(domain);
  const host = isAddress ? ownHost : domain.startsWith(`${bucket}.`) ? domain : `${bucket}.${domain}`;
  const origin = `${scheme.toLowerCase()}://${isAddress ? domain : host}`;
  return { origin: port === undefined ? origin : `${origin}:${port}`, host };
}

/**
 * The host that an endpoint would send keys and contents to in the clear, in lower case: undefined where it is https,
 * or this machine. Throws nothing: what is no endpoint at all is for others to say.
 */
export function clearTextHost(endpoint: string): string | undefined {
  const [, scheme = 'https', name] = ENDPOINT.exec(endpoint) ?? [];
  if (name === undefined || scheme.toLowerCase() === 'https') return undefined;
  const host = name.toLowerCase();
  return LOOPBACK.test(host) ? undefined : host;
}

/** Throws `UserError` where an endpoint that stands in a variable is http and not on this machine. */
export function requireTls(variable: string, endpoint: string | undefined): void {
  if (endpoint === undefined || !/^http:/i.test(endpoint)) return;
  const [, , name = ''] = ENDPOINT.exec(endpoint) ?? [];
  if (LOOPBACK.test(name.toLowerCase())) return;
  throw new UserError(`${variable}: only an address of this machine may be http; use https`);
}
