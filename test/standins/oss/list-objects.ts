/** ListObjects (marker) and ListObjectsV2 (start-after, continuation-token), with prefix, delimiter and encoding-type=url. */
import { listPage, type Page } from '../kernel/listing.ts';
import type { StoredObject } from '../kernel/object.ts';
import { element, escapeXml, xmlDocument } from '../kernel/xml.ts';
import { RESTORED } from './get-object.ts';
import type { Action, ActionContext } from './model.ts';
import * as refusals from './refusals.ts';

const MAX_KEYS_DEFAULT = 100;
const MAX_KEYS_LIMIT = 1000;
const OWNER = '<Owner><ID>0022012****</ID><DisplayName>user-example</DisplayName></Owner>';

export const listObjects: Action = (context) => {
  const v2 = context.request.query.get('list-type') === '2';
  return {
    status: 200,
    headers: { 'Content-Type': 'application/xml' },
    body: v2 ? versionTwo(context) : versionOne(context),
  };
};

interface Asked {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  /** Of keys, prefixes, delimiters and markers. */
  readonly write: (text: string) => string;
  readonly encodingElement: string;
}

function asked({ request: { query }, spaceInListing }: ActionContext): Asked {
  const encoding = query.get('encoding-type') ?? '';
  if (encoding !== '' && encoding !== 'url') throw invalid('encoding-type', encoding);
  const maxKeys = query.get('max-keys') ?? String(MAX_KEYS_DEFAULT);
  if (!/^\d+$/.test(maxKeys) || Number(maxKeys) < 1 || Number(maxKeys) > MAX_KEYS_LIMIT)
    throw invalid('max-keys', maxKeys);
  return {
    prefix: limited(query.get('prefix') ?? '', 'prefix'),
    delimiter: query.get('delimiter') ?? '',
    maxKeys: Number(maxKeys),
    write: encoding === 'url' ? (text) => encodeUrl(text, spaceInListing) : escapeXml,
    encodingElement: encoding === 'url' ? element('EncodingType', 'url') : '',
  };
}

function versionOne(context: ActionContext): string {
  const ask = asked(context);
  const marker = limited(context.request.query.get('marker') ?? '', 'marker');
  const page = listPage(context.bucket.store, { ...ask, startAfter: marker });
  const next = page.truncated ? `<NextMarker>${ask.write(page.last)}</NextMarker>` : '';
  const head = `${shared(context, ask, page)}<Marker>${ask.write(marker)}</Marker>${next}`;
  return xmlDocument('ListBucketResult', head + entries(page, ask, OWNER));
}

function versionTwo(context: ActionContext): string {
  const ask = asked(context);
  const { query } = context.request;
  const startAfter = limited(query.get('start-after') ?? '', 'start-after');
  const token = query.get('continuation-token');
  const page = listPage(context.bucket.store, { ...ask, startAfter: token ? readToken(token) : startAfter });
  const head = [
    shared(context, ask, page),
    startAfter === '' ? '' : `<StartAfter>${ask.write(startAfter)}</StartAfter>`,
    token ? element('ContinuationToken', token) : '',
    page.truncated ? element('NextContinuationToken', writeToken(page.last)) : '',
    element('KeyCount', page.objects.length + page.commonPrefixes.length),
  ];
  return xmlDocument(
    'ListBucketResult',
    head.join('') + entries(page, ask, query.get('fetch-owner') === 'true' ? OWNER : ''),
  );
}

function shared({ bucket }: ActionContext, ask: Asked, page: Page): string {
  return [
    element('Name', bucket.name),
    `<Prefix>${ask.write(ask.prefix)}</Prefix>`,
    element('MaxKeys', ask.maxKeys),
    ask.delimiter === '' ? '' : `<Delimiter>${ask.write(ask.delimiter)}</Delimiter>`,
    ask.encodingElement,
    element('IsTruncated', page.truncated),
  ].join('');
}

function entries(page: Page, { write }: Asked, owner: string): string {
  let xml = '';
  let time = { ms: NaN, iso: '' };
  for (const object of page.objects) {
    const ms = object.lastModified.getTime();
    if (ms !== time.ms) time = { ms, iso: object.lastModified.toISOString() };
    xml += entry(object, { key: write(object.key), lastModified: time.iso, owner });
  }
  for (const prefix of page.commonPrefixes)
    xml += `<CommonPrefixes><Prefix>${write(prefix)}</Prefix></CommonPrefixes>`;
  return xml;
}

function entry(object: StoredObject, written: { key: string; lastModified: string; owner: string }): string {
  const restore = object.restored ? element('RestoreInfo', RESTORED) : '';
  return (
    `<Contents><Key>${written.key}</Key><LastModified>${written.lastModified}</LastModified>` +
    `<ETag>"${object.etag}"</ETag><Type>${object.type}</Type><Size>${String(object.size)}</Size>` +
    `<StorageClass>${object.storageClass}</StorageClass>${written.owner}${restore}</Contents>`
  );
}

function invalid(name: string, value: string): Error {
  return refusals.invalidArgument(`Argument ${name} is invalid.`, { name, value });
}

/** "…must be less than 1,024 bytes in length." */
function limited(text: string, name: string): string {
  if (Buffer.byteLength(text) >= 1024) throw invalid(name, text);
  return text;
}

const UNTOUCHED = /^[A-Za-z0-9_.~-]*$/;

function encodeUrl(text: string, space: string): string {
  if (UNTOUCHED.test(text)) return text;
  let encoded = encodeURIComponent(text);
  if (/[!'()*]/.test(encoded)) {
    encoded = encoded.replace(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
  }
  return space === '%20' ? encoded : encoded.replaceAll('%20', space);
}

/** Tokens are opaque: nobody may take one for a key. */
function writeToken(last: string): string {
  return Buffer.from(`\u0001${last}`, 'utf8').toString('base64').replaceAll('=', '-');
}

function readToken(token: string): string {
  const text = Buffer.from(token.replaceAll('-', '='), 'base64').toString('utf8');
  if (!text.startsWith('\u0001') || writeToken(text.slice(1)) !== token)
    throw invalid('continuation-token', token);
  return text.slice(1);
}
