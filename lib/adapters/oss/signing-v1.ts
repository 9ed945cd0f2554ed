/** V1 signatures by ali-oss of requests without a body ("Include signatures in the Authorization header", V1). */
import sdk from 'ali-oss/lib/common/signUtils.js';
import type { Credentials } from '../../core/endpoint.ts';

export interface UnsignedRequest {
  readonly method: 'GET' | 'HEAD';
  /** As it is; '' for the bucket itself. */
  readonly key: string;
  /** What names a part of the resource: nothing else of a query is signed. */
  readonly subresource: 'tagging' | undefined;
}

/** Gives the headers that sign a request: name, value, name, value … */
export function signedV1(
  { method, key, subresource }: UnsignedRequest,
  bucket: string,
  { id, secret, securityToken }: Credentials,
  nowMs: number,
): string[] {
  const headers: Record<string, string> = { 'x-oss-date': new Date(nowMs).toUTCString() };
  if (securityToken !== undefined) headers['x-oss-security-token'] = securityToken;
  const parameters = subresource === undefined ? {} : { [subresource]: '' };
  const text = sdk.buildCanonicalString(method, `/${bucket}/${key}`, { headers, parameters });
  headers.authorization = sdk.authorization(id, secret, text);
  return Object.entries(headers).flat();
}
