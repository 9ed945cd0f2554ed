/** What the listings of COS have in common: bounds, encoding, and who owns everything. */
import type { StandinRequest } from '../kernel/http.ts';
import { element } from '../kernel/xml.ts';
import { encodeText } from './encoding.ts';
import { COS_LIMITS } from './limits.ts';
import { refusal } from './refusals.ts';

const PERSON = '<ID>1250000000</ID><DisplayName>1250000000</DisplayName>';
export const OWNER = `<Owner>${PERSON}</Owner>`;
export const INITIATOR = `<Initiator>${PERSON}</Initiator>`;

/** For `queryNumber`. */
export const PAGE_BOUNDS = { min: 1, max: COS_LIMITS.pageEntriesMax, otherwise: COS_LIMITS.pageEntriesMax };

export interface ListingEncoding {
  /** Of keys, prefixes, markers and the delimiter: slashes are encoded too. */
  readonly encode: (text: string) => string;
  /** The element that tells, under the name it has in this listing; '' where nothing is encoded. */
  readonly element: (name: string) => string;
}

/** @throws ServiceError 400 InvalidArgument for another type than url. */
export function encodingOf({ query }: StandinRequest): ListingEncoding {
  const type = query.get('encoding-type') ?? '';
  if (type === '') return { encode: (text) => text, element: () => '' };
  if (type !== 'url') throw refusal('InvalidArgument', 'encoding-type must be url.');
  return { encode: encodeText, element: (name) => element(name, 'url') };
}

/** @throws ServiceError 400 InvalidURI where it is too long. */
export function textParameter({ query }: StandinRequest, name: string): string {
  const text = query.get(name) ?? '';
  if (Buffer.byteLength(text) < COS_LIMITS.listingParameterBytesMax) return text;
  throw refusal('InvalidURI', `The parameter ${name} is too long.`);
}
