/** The `q-sign-algorithm` signature of COS (document 436/7778), by cos-nodejs-sdk-v5. */
import type COS from 'cos-nodejs-sdk-v5';
import sdk from 'cos-nodejs-sdk-v5/sdk/util.js';
import type { Credentials } from '../../core/endpoint.ts';

export type Pairs = readonly (readonly [name: string, value: string])[];

export interface UnsignedRequest {
  readonly method: string;
  /** As it is, not encoded; '' for the bucket itself. */
  readonly key: string;
  /** Names and values as they are. */
  readonly query: Pairs;
  /** The headers to sign, lower-case names. Bytes beyond ASCII cannot be among them. */
  readonly headers: Pairs;
}

/** Valid from a little before, for clocks differ, until this long after: longer than any request takes. */
const VALID = { beforeSeconds: 60, afterSeconds: 900 } as const;

/** The value of the `Authorization` header. */
export function authorization(
  { method, key, query, headers }: UnsignedRequest,
  { id, secret }: Credentials,
  nowMs: number,
): string {
  return sdk.getAuth({
    SecretId: id,
    SecretKey: secret,
    Method: method as COS.Method,
    // Of the two ways to name the object, this one leaves leading slashes alone.
    Pathname: `/${key}`,
    UseRawKey: true,
    Query: Object.fromEntries(query),
    Headers: Object.fromEntries(headers),
    KeyTime: keyTimeOf(Math.floor(nowMs / 1000)),
  } as COS.StaticGetAuthorizationOptions);
}

/** `<from>;<to>` in seconds since the epoch. */
export function keyTimeOf(nowSeconds: number): string {
  return `${String(nowSeconds - VALID.beforeSeconds)};${String(nowSeconds + VALID.afterSeconds)}`;
}
