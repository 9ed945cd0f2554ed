/** Signature version 1 of OSS: `Authorization: OSS <id>:<base64 HMAC-SHA1>`, from "Include a V1 signature in the Authorization header". */
import { createHmac } from 'node:crypto';
import { headerOf, headerText, type StandinRequest } from '../kernel/http.ts';

/** Query parameters that belong to the signed resource, from the same document. */
const SUB_RESOURCES: ReadonlySet<string> = new Set(
  [
    'acl uploads location cors logging website referer lifecycle delete append tagging objectMeta uploadId partNumber',
    'security-token position img style styleName replication replicationProgress replicationLocation cname bucketInfo',
    'comp qos live status vod startTime endTime symlink x-oss-process callback callback-var versions versioning versionId',
    'sequential continuation-token encryption policy requestPayment x-oss-traffic-limit qosInfo asyncFetch stat worm',
    'wormId wormExtend inventory inventoryId restore transferAcceleration resourceGroup x-oss-async-process regionList',
    'response-content-type response-content-language response-expires response-cache-control',
    'response-content-disposition response-content-encoding',
  ].flatMap((line) => line.split(' ')),
);

export function stringToSignV1(request: StandinRequest): string {
  const names = Object.keys(request.headers).filter((name) => name.startsWith('x-oss-'));
  const ossHeaders = names.sort().map((name) => `${name}:${headerText(headerOf(request, name)).trim()}\n`);
  return [
    request.method,
    headerOf(request, 'content-md5'),
    headerText(headerOf(request, 'content-type')),
    headerOf(request, 'x-oss-date') || headerOf(request, 'date'),
    `${ossHeaders.join('')}${resourceOf(request)}`,
  ].join('\n');
}

function resourceOf({ bucket, key, query }: StandinRequest): string {
  const signed = [...query].filter(([name]) => SUB_RESOURCES.has(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  const pairs = signed.map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  return `/${bucket}/${key}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
}

export function signatureV1(secret: string, stringToSign: string): string {
  return createHmac('sha1', secret).update(stringToSign, 'utf8').digest('base64');
}
