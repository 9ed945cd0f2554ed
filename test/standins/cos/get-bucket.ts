/** GetBucket: the list of a bucket's objects (436/7734). */
import type { Answer } from '../kernel/http.ts';
import { listPage } from '../kernel/listing.ts';
import type { StoredObject } from '../kernel/object.ts';
import { element, escapeXml, xmlDocument } from '../kernel/xml.ts';
import { queryNumber, xmlAnswer, type Call } from './action.ts';
import { encodingOf, OWNER, PAGE_BOUNDS, textParameter } from './listing-parameters.ts';

/** `NextMarker` is the last entry of a page that others follow: the next page starts behind it. */
export function getBucket({ request, bucket }: Call): Answer {
  const maxKeys = queryNumber(request, 'max-keys', { ...PAGE_BOUNDS, min: 0 });
  const encoding = encodingOf(request);
  const { encode } = encoding;
  const prefix = textParameter(request, 'prefix');
  const marker = textParameter(request, 'marker');
  const delimiter = textParameter(request, 'delimiter');
  const page = listPage(bucket.store, { prefix, startAfter: marker, delimiter, maxKeys });
  const truncated = page.truncated && maxKeys > 0;
  const parts = [
    element('Name', bucket.name),
    encoding.element('EncodingType'),
    element('Prefix', encode(prefix)),
    element('Marker', encode(marker)),
    element('MaxKeys', maxKeys),
    delimiter === '' ? '' : element('Delimiter', encode(delimiter)),
    element('IsTruncated', truncated),
    truncated ? element('NextMarker', encode(page.last)) : '',
    ...page.objects.map((object) => contents(object, encode(object.key))),
    ...page.commonPrefixes.map(
      (common) => `<CommonPrefixes>${element('Prefix', encode(common))}</CommonPrefixes>`,
    ),
  ];
  const headers = { 'x-cos-bucket-region': bucket.options.region };
  return xmlAnswer(xmlDocument('ListBucketResult', parts.join('')), headers);
}

/** `toISOString` is a third of a page's cost, and objects keep their Date. */
const isoTimes = new WeakMap<Date, string>();

function isoTime(time: Date): string {
  const known = isoTimes.get(time) ?? time.toISOString();
  isoTimes.set(time, known);
  return known;
}

/** One template: a page has up to 1,000 of them. */
function contents({ lastModified, etag, size, storageClass }: StoredObject, encodedKey: string): string {
  return `<Contents><Key>${escapeXml(encodedKey)}</Key><LastModified>${isoTime(lastModified)}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${String(size)}</Size>${OWNER}<StorageClass>${storageClass}</StorageClass></Contents>`;
}
