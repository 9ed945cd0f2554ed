/** ListMultipartUploads: the unfinished uploads of one key (document 436/7736). */
import { compareKeys } from '../../core/keys.ts';
import type { PendingUpload } from '../../ports/object-sink.ts';
import { decodeListed } from '../http/listing.ts';
import { PAGE_BODY, parsedPage } from '../http/page-body.ts';
import { XmlError, XmlReader } from '../http/xml.ts';
import { checkKey } from './attributes.ts';
import type { CosClient } from './client.ts';

interface Marker {
  readonly key: string;
  readonly uploadId: string;
}

export interface UploadsPage {
  readonly uploads: readonly PendingUpload[];
  /** The last upload looked at; set when more follow. */
  readonly next: Marker | undefined;
}

const OPERATION = 'ListMultipartUploads';

/** Longer keys have the prefix too; they come after all uploads of the key itself. */
export async function listUploads(
  client: CosClient,
  key: string,
  signal: AbortSignal,
): Promise<PendingUpload[]> {
  checkKey(key, client.subject(OPERATION, key));
  const found: PendingUpload[] = [];
  let marker: Marker | undefined;
  do {
    const page: UploadsPage = await uploadsPage(client, key, marker, signal);
    found.push(...page.uploads.filter((upload) => upload.key === key));
    marker = page.uploads.some((upload) => upload.key !== key) ? undefined : page.next;
  } while (marker !== undefined);
  return found.sort((a, b) => a.initiatedMs - b.initiatedMs);
}

async function uploadsPage(
  client: CosClient,
  prefix: string,
  marker: Marker | undefined,
  signal: AbortSignal,
): Promise<UploadsPage> {
  const subject = client.subject(OPERATION, prefix);
  const query = [
    ['encoding-type', 'url'],
    ...(marker === undefined ? [] : [['key-marker', marker.key] as const]),
    ['prefix', prefix],
    ...(marker === undefined ? [] : [['upload-id-marker', marker.uploadId] as const]),
    ['uploads', ''],
  ] as const;
  const response = await client.ask({ method: 'GET', operation: OPERATION, query, ...PAGE_BODY }, signal);
  return parsedPage(response, subject, (body) => parseUploads(body.toString('latin1'), marker), signal);
}

/** Throws `XmlError` on what is no page, or a page that leads back to where it began. */
export function parseUploads(xml: string, after: Marker | undefined): UploadsPage {
  const reader = new XmlReader(xml);
  const root = `${OPERATION}Result`;
  if (reader.open() !== root) throw new XmlError(`the document is no ${root}`);
  const uploads: PendingUpload[] = [];
  const told = new Map<string, string>();
  for (let name = reader.open(); name !== undefined; name = reader.open()) {
    if (name === 'Upload') uploads.push(readUpload(reader));
    else if (TOLD.has(name)) told.set(name.replace('-', '').toLowerCase(), reader.textOf(name));
    else reader.skip(name);
  }
  reader.close(root);
  reader.end();
  if (told.get('encodingtype') !== 'url') {
    throw new XmlError('the keys are not encoded as they were asked to be');
  }
  return { uploads, next: nextOf(told, after) };
}

/** The documents spell the encoding in more than one way. */
const TOLD: ReadonlySet<string> = new Set([
  'EncodingType',
  'Encoding-Type',
  'Encoding-type',
  'IsTruncated',
  'NextKeyMarker',
  'NextUploadIdMarker',
]);

function nextOf(told: ReadonlyMap<string, string>, after: Marker | undefined): Marker | undefined {
  const truncated = told.get('istruncated');
  if (truncated === 'false') return undefined;
  const key = told.get('nextkeymarker');
  const uploadId = told.get('nextuploadidmarker');
  if (truncated !== 'true') throw new XmlError('IsTruncated is missing');
  if (!key || !uploadId) throw new XmlError('more uploads are promised, and no way on');
  const next = { key: decodeListed(key), uploadId };
  if (after !== undefined && !isBehind(next, after)) throw new XmlError('the uploads are out of order');
  return next;
}

function isBehind(next: Marker, after: Marker): boolean {
  const order = compareKeys(next.key, after.key);
  return order > 0 || (order === 0 && next.uploadId > after.uploadId);
}

function readUpload(reader: XmlReader): PendingUpload {
  let key: string | undefined;
  let uploadId: string | undefined;
  let initiatedMs = NaN;
  for (let name = reader.open(); name !== undefined; name = reader.open()) {
    if (name === 'Key') key = decodeListed(reader.textOf(name));
    else if (name === 'UploadId') uploadId = reader.textOf(name);
    else if (name === 'Initiated') initiatedMs = Date.parse(reader.textOf(name));
    else reader.skip(name);
  }
  reader.close('Upload');
  if (key === undefined || !uploadId || Number.isNaN(initiatedMs)) {
    throw new XmlError('an upload has no Key, UploadId or Initiated');
  }
  return { key, uploadId, initiatedMs };
}
