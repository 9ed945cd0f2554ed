/** What the headers of a GetObject or HeadObject answer say of the object. */
import type { ObjectType, SourceAttributes } from '../../core/object.ts';
import type { HttpResponse } from '../http/types.ts';

const META = 'x-oss-meta-';
const OWN = { enumerable: true, writable: true, configurable: true };
const TYPES: Readonly<Record<string, ObjectType>> = {
  Normal: 'Normal',
  Multipart: 'Multipart',
  Appendable: 'Appendable',
  Symlink: 'Symlink',
};

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] };

/** The headers of an answer as far as they have been read; `size` is NaN until it is known. */
interface Reading extends Mutable<Omit<SourceAttributes, 'headers' | 'metadata'>> {
  headers: Record<string, string>;
  metadata: Readonly<Record<string, string>>;
  /** Of the whole object, from `Content-Range`. */
  total: number | undefined;
}

const NO_METADATA: Readonly<Record<string, string>> = Object.freeze({});

/** Undefined where the answer does not tell the size. Values are bytes as latin1, as they came. */
export function sourceAttributes(response: HttpResponse): SourceAttributes | undefined {
  const reading = nothingRead();
  for (const [name, value] of response.headers()) readHeader(reading, name, value);
  const { total, etag, lastModified, type, storageClass, crc64, contentMd5, headers, metadata } = reading;
  const size = total ?? reading.size;
  if (!Number.isSafeInteger(size)) return undefined;
  const { tagCount, encrypted } = reading;
  return {
    size,
    etag,
    lastModified,
    type,
    storageClass,
    crc64,
    contentMd5,
    headers,
    metadata,
    tagCount,
    encrypted,
  };
}

function nothingRead(): Reading {
  return {
    size: NaN,
    total: undefined,
    etag: '',
    lastModified: undefined,
    type: 'Normal',
    storageClass: undefined,
    crc64: undefined,
    contentMd5: undefined,
    tagCount: 0,
    encrypted: false,
    headers: {},
    metadata: NO_METADATA,
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
      reading.headers[name] = value;
      return;
    case 'content-length':
      reading.size = Number(value);
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
      if (!name.startsWith(META)) return;
      if (reading.metadata === NO_METADATA) reading.metadata = {};
      // Assigning would lose one that is named __proto__.
      Object.defineProperty(reading.metadata, name.slice(META.length), { value, ...OWN });
  }
}

const HTTP_DATE = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** As listings write it. */
function isoTime(httpDate: string): string | undefined {
  const [, day, monthName = '', year, time] = HTTP_DATE.exec(httpDate) ?? [];
  const month = MONTHS.indexOf(monthName) + 1;
  if (day === undefined || year === undefined || time === undefined || month === 0) return undefined;
  return `${year}-${month < 10 ? '0' : ''}${String(month)}-${day}T${time}.000Z`;
}
