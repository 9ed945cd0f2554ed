/** A page of the benchmark's bucket, as OSS answers ListObjectsV2. */
import { encodeStrictly } from '../../../lib/core/keys.ts';
import type { FlatKeys } from './flat.ts';

const REST =
  '</Key><LastModified>2024-01-02T03:04:05.000Z</LastModified><ETag>"5B3C1A2E053D763E1B002CC607C5A0FE"</ETag>' +
  '<Type>Normal</Type><Size>4096</Size><StorageClass>Standard</StorageClass></Contents>';
/** Of a page: longer texts would cost more than all else that the source does. */
const PIECE_KEYS = 100;

/** So many keys behind `after`, or what there is: in pieces, to be sent one behind the other. */
export function pageAfter(keys: FlatKeys, after: string, keysMax: number): string[] {
  const from = keys.firstBehind(after);
  const to = Math.min(keys.count, from + keysMax);
  const truncated = to < keys.count ? 'true' : 'false';
  const pieces = [
    `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${truncated}</IsTruncated>`,
  ];
  for (let first = from; first < to; first += PIECE_KEYS) {
    let contents = '';
    for (let index = first; index < Math.min(to, first + PIECE_KEYS); index++)
      contents += `<Contents><Key>${encodeStrictly(keys.keyAt(index))}${REST}`;
    pieces.push(contents);
  }
  return [...pieces, '</ListBucketResult>'];
}
