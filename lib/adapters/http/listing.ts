/** One page of a bucket's listing, as OSS (ListObjectsV2) and COS (GetBucket) both write it with `encoding-type=url`. */
import { compareKeys, ownText } from '../../core/keys.ts';
import { Spellings } from './spelling.ts';
import { unescaped, XmlError, XmlReader } from './xml.ts';

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
  readonly entries: T[];
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
  body: Buffer,
  request: PageRequest,
  take: (listed: Listed) => T,
): ListedPage<T> {
  const pieces = piecesOf(body);
  const reader = new XmlReader(pieces.next().value ?? '');
  if (reader.open() !== 'ListBucketResult') throw new XmlError('the document is no ListBucketResult');
  const spellings = new Spellings(FIELDS);
  const entries: T[] = [];
  const listed = nothingListed();
  let last = request.after;
  let truncated: string | undefined;
  let nextMarker: string | undefined;
  let encoding: string | undefined;
  const takeEntry = (values: readonly (string | undefined)[]) => {
    takeValues(listed, values);
    checkKey(listed.key, last, request.prefix);
    last = listed.key;
    entries.push(take(listed));
  };
  for (;;) {
    if (reader.isThrough) reader.goOn(pieces.next().value ?? '');
    const { text, at: from } = reader;
    const known = spellings.read(text, from);
    if (known !== undefined) {
      takeEntry(known);
      reader.at = spellings.end;
      continue;
    }
    const name = reader.open();
    if (name === undefined) break;
    if (name === 'Contents') {
      takeEntry(readContents(reader));
      spellings.learn(text.slice(from, reader.at));
    } else if (name === 'IsTruncated') truncated = reader.textOf(name);
    else if (name === 'NextMarker') nextMarker = decodeListed(reader.textOf(name));
    else if (name === 'EncodingType') encoding = reader.textOf(name);
    else reader.skip(name);
  }
  reader.close('ListBucketResult');
  reader.end();
  if (encoding !== 'url') throw new XmlError('the keys are not encoded as they were asked to be');
  if (truncated !== 'true' && truncated !== 'false') throw new XmlError('IsTruncated is missing');
  return { entries, truncated: truncated === 'true', next: nextOf(truncated, last, nextMarker, request) };
}

/** Longer texts are costly to allocate, as V8 keeps them apart, and last as long as any value of theirs. */
const PIECE_BYTES = 32 * 1024;
const ENTRY_END = Buffer.from('</Contents>');

/** The document as text, cut behind entries. With `encoding-type=url` all that matters in it is ASCII. */
function* piecesOf(body: Buffer): Generator<string, undefined> {
  for (let from = 0; from < body.length;) {
    const cut = body.length - from > PIECE_BYTES ? body.lastIndexOf(ENTRY_END, from + PIECE_BYTES) : -1;
    const to = cut < from ? body.length : cut + ENTRY_END.length;
    yield body.toString('latin1', from, to);
    from = to;
  }
  return undefined;
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
  return ownText(next);
}

function nothingListed(): Listed {
  return { key: '', size: 0, etag: '', lastModified: '', storageClass: undefined, type: undefined };
}

const FIELDS = ['Key', 'Size', 'ETag', 'LastModified', 'StorageClass', 'Type'];

/** The values of `FIELDS`, references as they stand. */
function readContents(reader: XmlReader): (string | undefined)[] {
  const values: (string | undefined)[] = FIELDS.map(() => undefined);
  for (let name = reader.open(); name !== undefined; name = reader.open()) {
    const field = FIELDS.indexOf(name);
    if (field < 0) reader.skip(name);
    else if (values[field] === undefined) values[field] = reader.rawText(name);
    else throw new XmlError('an entry has something twice');
  }
  reader.close('Contents');
  return values;
}

function takeValues(listed: Listed, values: readonly (string | undefined)[]): void {
  const [key, size, etag = '', lastModified, storageClass, type] = values;
  if (key === undefined || size === undefined || lastModified === undefined)
    throw new XmlError('an entry has no Key, Size or LastModified');
  listed.key = decodeListed(unescaped(key));
  listed.size = readSize(size);
  listed.etag = unquote(etag);
  listed.lastModified = lastModified;
  listed.storageClass = shared(listed.storageClass, storageClass);
  listed.type = shared(listed.type, type);
}

/** Of equal texts the one that is there: entries wait by the thousand, and each copy is memory of its own. */
function shared(before: string | undefined, now: string | undefined): string | undefined {
  return before === now ? before : now;
}

/** At most 15 digits, which a number holds exactly; no store has objects of as many bytes. */
const SIZE_DIGITS_MAX = 15;

function readSize(text: string): number {
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) throw new XmlError('a Size is not a number');
    size = size * 10 + digit;
  }
  if (text === '' || text.length > SIZE_DIGITS_MAX) throw new XmlError('a Size is not a number');
  return size;
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
