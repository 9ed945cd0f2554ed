/** GetBucket: one page of a bucket's keys (document 436/7734). */
import type { ListRequest } from '../../ports/object-source.ts';
import { type Listed, type ListedPage, parseListing } from '../http/listing.ts';
import * as store from '../http/store-call.ts';
import type { CosClient } from './client.ts';

/** 1,000 keys of 850 bytes, each byte written as three, and what stands around them. */
const PAGE_BYTES_MAX = 8 * 1024 * 1024;

export async function listPage<T>(
  client: CosClient,
  { prefix, after, keysMax }: ListRequest,
  take: (listed: Listed) => T,
  signal: AbortSignal,
): Promise<ListedPage<T>> {
  const operation = 'GetBucket';
  const subject = client.subject(operation);
  const query = [
    ['encoding-type', 'url'],
    ['marker', after],
    ['max-keys', String(keysMax)],
    ['prefix', prefix],
  ] as const;
  const response = await client.ask(
    { method: 'GET', operation, query, bufferBytesMax: PAGE_BYTES_MAX },
    signal,
  );
  const body = await store.bodyOf(response, subject, { bytesMax: PAGE_BYTES_MAX, signal });
  return store.parsed(subject, () => parseListing(body, { prefix, after }, take));
}
