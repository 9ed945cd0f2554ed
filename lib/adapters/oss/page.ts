/** A page of ListObjectsV2, as the port has it. */
import type { Entry } from '../../core/object.ts';
import type { SourcePage } from '../../ports/object-source.ts';
import { type Listed, type PageRequest, parseListing } from '../http/listing.ts';

/** Throws `XmlError` on a body that is no page of what was asked for. */
export function parsePage(body: Buffer, request: PageRequest): SourcePage {
  return parseListing(body, request, entryOf);
}

function entryOf({ key, size, etag, lastModified, storageClass, type }: Listed): Entry {
  return { key, size, etag, lastModified, storageClass, type: objectType(type) };
}

function objectType(type: string | undefined): Entry['type'] {
  return type === 'Normal' || type === 'Multipart' || type === 'Appendable' || type === 'Symlink'
    ? type
    : undefined;
}
