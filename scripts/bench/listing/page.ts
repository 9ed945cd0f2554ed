/** A page of the benchmark's bucket, as OSS answers ListObjectsV2. */
import { encodeStrictly } from '../../../lib/core/keys.ts';
import type { FlatKeys } from './flat.ts';

const REST =
  '</Key><LastModified>2024-01-02T03:04:05.000Z</LastModified><ETag>"5B3C1A2E053D763E1B002CC607C5A0FE"</ETag>' +
  '<Type>Normal</Type><Size>4096</Size><StorageClass>Standard</StorageClass></Contents>';

/** So many keys behind `after`, or what there is. */
export function pageAfter(keys: FlatKeys, after: string, keysMax: number): string {
  const from = keys.firstBehind(after);
  const to = Math.min(keys.count, from + keysMax);
  let contents = '';
  for (let index = from; index < to; index++)
    contents += `<Contents><Key>${encodeStrictly(keys.keyAt(index))}${REST}`;
  const truncated = to < keys.count ? 'true' : 'false';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${truncated}</IsTruncated>${contents}</ListBucketResult>`;
}
