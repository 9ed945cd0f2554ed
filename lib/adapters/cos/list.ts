/** GetBucket: one page of a bucket's keys (document 436/7734). */
import type { ListRequest } from '../../ports/object-source.ts';
import { type Listed, type ListedPage, parseListing } from '../http/listing.ts';
import { PAGE_BODY, parsedPage } from '../http/page-body.ts';
import type { CosClient } from './client.ts';

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
  const response = await client.ask({ method: 'GET', operation, query, ...PAGE_BODY }, signal);
  return parsedPage(response, subject, (body) => parseListing(body, { prefix, after }, take), signal);
}
