/** ListMultipartUploads (436/7736) and ListParts (436/7747). */
import type { Answer } from '../kernel/http.ts';
import { compareUtf8 } from '../kernel/store.ts';
import { element, xmlDocument } from '../kernel/xml.ts';
import { queryNumber, xmlAnswer, type Call } from './action.ts';
import { encodingOf, INITIATOR, OWNER, PAGE_BOUNDS, textParameter } from './listing-parameters.ts';
import { COS_LIMITS } from './limits.ts';
import { uploadOf } from './multipart.ts';
import { refusal } from './refusals.ts';
import type { Part, Upload } from './uploads.ts';

/** Lists behind `key-marker`, or behind that key's upload `upload-id-marker`. */
export function listMultipartUploads({ request, bucket }: Call): Answer {
  if (textParameter(request, 'delimiter') !== '') {
    throw refusal('NotImplemented', 'This stand-in lists uploads without a delimiter only.');
  }
  const maxUploads = queryNumber(request, 'max-uploads', PAGE_BOUNDS);
  const encoding = encodingOf(request);
  const { encode } = encoding;
  const prefix = textParameter(request, 'prefix');
  const key = textParameter(request, 'key-marker');
  const id = key === '' ? '' : textParameter(request, 'upload-id-marker');
  const rest = bucket.uploads
    .list()
    .filter((upload) => upload.key.startsWith(prefix) && isBehind(upload, { key, id }));
  const page = rest.slice(0, Math.min(maxUploads, bucket.options.uploadsPageMax ?? maxUploads));
  const last = rest.length > page.length ? page.at(-1) : undefined;
  const parts = [
    element('Bucket', bucket.name),
    encoding.element('Encoding-Type'),
    element('KeyMarker', encode(key)),
    element('UploadIdMarker', id),
    last ? element('NextKeyMarker', encode(last.key)) + element('NextUploadIdMarker', last.id) : '',
    element('MaxUploads', maxUploads),
    element('IsTruncated', last !== undefined),
    element('Prefix', encode(prefix)),
    ...page.map((upload) => uploadXml(upload, encode(upload.key))),
  ];
  return xmlAnswer(xmlDocument('ListMultipartUploadsResult', parts.join('')));
}

function isBehind(upload: Upload, marker: { key: string; id: string }): boolean {
  const order = marker.key === '' ? 1 : compareUtf8(upload.key, marker.key);
  return order > 0 || (order === 0 && marker.id !== '' && compareUtf8(upload.id, marker.id) > 0);
}

function uploadXml({ id, attributes, initiated }: Upload, encodedKey: string): string {
  const head = element('Key', encodedKey) + element('UploadId', id);
  const tail =
    element('StorageClass', attributes.storageClass) + element('Initiated', initiated.toISOString());
  return `<Upload>${head}${INITIATOR}${OWNER}${tail}</Upload>`;
}

export function listParts(call: Call): Answer {
  const { request, bucket } = call;
  const upload = uploadOf(call);
  const maxParts = queryNumber(request, 'max-parts', PAGE_BOUNDS);
  const marker = queryNumber(request, 'part-number-marker', {
    min: 0,
    max: COS_LIMITS.partNumberMax,
    otherwise: 0,
  });
  const encoding = encodingOf(request);
  const rest = [...upload.parts.values()]
    .filter(({ partNumber }) => partNumber > marker)
    .sort((a, b) => a.partNumber - b.partNumber);
  const page = rest.slice(0, maxParts);
  const truncated = rest.length > page.length;
  const parts = [
    element('Bucket', bucket.name),
    encoding.element('Encoding-type'),
    element('Key', encoding.encode(upload.key)),
    element('UploadId', upload.id),
    OWNER,
    INITIATOR,
    element('PartNumberMarker', marker),
    ...page.map(partXml),
    truncated ? element('NextPartNumberMarker', page.at(-1)?.partNumber ?? marker) : '',
    element('StorageClass', upload.attributes.storageClass),
    element('MaxParts', maxParts),
    element('IsTruncated', truncated),
  ];
  return xmlAnswer(xmlDocument('ListPartsResult', parts.join('')));
}

function partXml({ partNumber, lastModified, etag, size }: Part): string {
  const fields = [
    element('PartNumber', partNumber),
    element('LastModified', lastModified.toISOString()),
    element('ETag', `"${etag}"`),
    element('Size', size),
  ];
  return `<Part>${fields.join('')}</Part>`;
}
