/** One page of a bucket's listing, as OSS (ListObjectsV2) and COS (GetBucket) both write it with `encoding-type=url`. */
import { compareKeys } from '../../core/keys.ts';
import { XmlError, XmlReader } from './xml.ts';

/** One `<Contents>`, decoded. The same object is handed out for every key: take what you need. */
export interface Listed {
  key: string;
  /** Bytes. */
  size: number;
  /** Without quotes. */
  etag: string;
  /** ISO 8601, as written. */
  lastModified: string;
  storageClass: string | undefined;
  type: string | undefined;
}

export interface ListedPage<T> {
  readonly entries: readonly T[];
  readonly truncated: boolean;
  /** Where the next page starts; set when truncated. */
  readonly next: string | undefined;
}

export interface PageRequest {
  readonly prefix: string;
  readonly after: string;
}

/**
 * Parses a page, and checks it: its keys have the prefix, come after `after` and ascend in UTF-8 byte order. Throws
 * `XmlError` on anything else, for a listing that is not what it seems loses objects.
 */
export function parseListing<T>(
  xml: string,
  request: PageRequest,
  take: (listed: Listed) => T,
): ListedPage<T> {
  const reader = new XmlReader(xml);
  if (reader.open() !== 'ListBucketResult') throw new XmlError('the document is no ListBucketResult');
  const entries: T[] = [];
  const listed = nothingListed();
  let last = request.after;
  let truncated: string | undefined;
  let nextMarker: string | undefined;
  let encoding: string | undefined;
  for (let name = reader.open(); name !== undefined; name = reader.open()) {
    if (name === 'Contents') {
      readContents(reader, listed);
      checkKey(listed.key, last, request.prefix);
      last = listed.key;
      entries.push(take(listed));
    } else if (name === 'IsTruncated') truncated = reader.text(name);
    else if (name === 'NextMarker') nextMarker = decodeListed(reader.text(name));
    else if (name === 'EncodingType') encoding = reader.text(name);
    else reader.skip(name);
  }
  reader.close('ListBucketResult');
  reader.end();
  if (encoding !== 'url') throw new XmlError('the keys are not encoded as they were asked to be');
  if (truncated !== 'true' && truncated !== 'false') throw new XmlError('IsTruncated is missing');
  return { entries, truncated: truncated === 'true', next: nextOf(truncated, last, nextMarker, request) };
}

/** The last key, or the store's own marker where it looked further than that. */
function nextOf(
  truncated: string,
  last: string,
  marker: string | undefined,
  { after }: PageRequest,
): string | undefined {
  if (truncated === 'false') return undefined;
  const next = marker !== undefined && compareKeys(marker, last) > 0 ? marker : last;
  if (next === after) throw new XmlError('more keys are promised, and no way on');
  return next;
}

function nothingListed(): Listed {
  return { key: '', size: 0, etag: '', lastModified: '', storageClass: undefined, type: undefined };
}

function readContents(reader: XmlReader, listed: Listed): void {
  let found = 0;
  listed.type = undefined;
  listed.storageClass = undefined;
  for (let name = reader.open(); name !== undefined; name = reader.open()) {
    switch (name) {
      case 'Key':
        listed.key = decodeListed(reader.text(name));
        found++;
        break;
      case 'Size':
        listed.size = readSize(reader.rawText(name));
        found++;
        break;
      case 'ETag':
        listed.etag = unquote(reader.rawText(name));
        break;
      case 'LastModified':
        listed.lastModified = reader.rawText(name);
        found++;
        break;
      case 'StorageClass':
        listed.storageClass = reader.rawText(name);
        break;
      case 'Type':
        listed.type = reader.rawText(name);
        break;
      default:
        reader.skip(name);
    }
  }
  reader.close('Contents');
  if (found !== 3) throw new XmlError('an entry has no Key, Size or LastModified, or has it twice');
}

function readSize(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new XmlError('a Size is not a number');
  return Number(text);
}

const QUOTE = '&quot;';

/** ETags stand in quotes, as `"` or as `&quot;`. */
function unquote(text: string): string {
  if (text.startsWith('"') && text.endsWith('"')) return text.slice(1, -1);
  return text.startsWith(QUOTE) && text.endsWith(QUOTE) ? text.slice(QUOTE.length, -QUOTE.length) : text;
}

/** Decodes once: `+` is a space, as both stores write it. */
export function decodeListed(encoded: string): string {
  const spaced = encoded.includes('+') ? encoded.replaceAll('+', ' ') : encoded;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw new XmlError('a key is not percent-encoded UTF-8');
  }
}

function checkKey(key: string, last: string, prefix: string): void {
  if (compareKeys(key, last) <= 0) throw new XmlError('the keys are out of order');
  if (!key.startsWith(prefix)) throw new XmlError('a key does not have the prefix');
}
