/** What the headers of a GetObject or HeadObject answer say of the object. */
import type { ObjectType, SourceAttributes } from '../../core/object.ts';
import type { HttpResponse } from '../http/types.ts';

const META = 'x-oss-meta-';
const TYPES: Readonly<Record<string, ObjectType>> = {
  Normal: 'Normal',
  Multipart: 'Multipart',
  Appendable: 'Appendable',
  Symlink: 'Symlink',
};

interface Reading {
  length: number | undefined;
  /** Of the whole object, from `Content-Range`. */
  total: number | undefined;
  etag: string;
  lastModified: string | undefined;
  type: ObjectType;
  storageClass: string | undefined;
  crc64: string | undefined;
  contentMd5: string | undefined;
  tagCount: number;
  encrypted: boolean;
  readonly headers: [string, string][];
  readonly metadata: [string, string][];
}

/** Undefined where the answer does not tell the size. Values are bytes as latin1, as they came. */
export function sourceAttributes(response: HttpResponse): SourceAttributes | undefined {
  const reading = nothingRead();
  for (const [name, value] of response.headers()) readHeader(reading, name, value);
  const { length, total, headers, metadata, ...rest } = reading;
  const size = total ?? length;
  if (size === undefined || !Number.isSafeInteger(size)) return undefined;
  return { ...rest, size, headers: Object.fromEntries(headers), metadata: Object.fromEntries(metadata) };
}

function nothingRead(): Reading {
  return {
    length: undefined,
    total: undefined,
    etag: '',
    lastModified: undefined,
    type: 'Normal',
    storageClass: undefined,
    crc64: undefined,
    contentMd5: undefined,
    tagCount: 0,
    encrypted: false,
    headers: [],
    metadata: [],
  };
}

function readHeader(reading: Reading, name: string, value: string): void {
  switch (name) {
    case 'content-type':
    case 'cache-control':
    case 'content-disposition':
    case 'content-encoding':
    case 'content-language':
    case 'expires':
      reading.headers.push([name, value]);
      return;
    case 'content-length':
      reading.length = Number(value);
      return;
    case 'content-range':
      reading.total = Number(value.slice(value.lastIndexOf('/') + 1));
      return;
    case 'content-md5':
      reading.contentMd5 = value;
      return;
    case 'etag':
      reading.etag = value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
      return;
    case 'last-modified':
      reading.lastModified = isoTime(value);
      return;
    default:
      if (name.startsWith('x-oss-')) readOssHeader(reading, name, value);
  }
}

function readOssHeader(reading: Reading, name: string, value: string): void {
  switch (name) {
    case 'x-oss-object-type':
      reading.type = TYPES[value] ?? 'Normal';
      return;
    case 'x-oss-storage-class':
      reading.storageClass = value;
      return;
    case 'x-oss-hash-crc64ecma':
      reading.crc64 = value;
      return;
    case 'x-oss-tagging-count':
      reading.tagCount = Number(value);
      return;
    case 'x-oss-server-side-encryption':
      reading.encrypted = true;
      return;
    default:
      if (name.startsWith(META)) reading.metadata.push([name.slice(META.length), value]);
  }
}

/** As listings write it. */
function isoTime(httpDate: string): string | undefined {
  const ms = Date.parse(httpDate);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
