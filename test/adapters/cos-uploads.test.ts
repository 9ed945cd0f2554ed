import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseUploads } from '../../lib/adapters/cos/uploads.ts';
import { XmlError } from '../../lib/adapters/http/xml.ts';
import { type CosHarness, openCos } from '../support/cos.ts';

const NEVER = new AbortController().signal;
const ATTRIBUTES = { headers: {}, metadata: {}, tags: {}, storageClass: 'STANDARD' };

describe('the uploads of one key', () => {
  let cos: CosHarness;
  beforeAll(async () => {
    cos = await openCos({ uploadsPageMax: 2 });
  });
  afterAll(() => cos.close());

  it('are found over many pages, without asking on through those of longer keys', async () => {
    const sink = cos.sink();
    const begin = (key: string) =>
      Promise.all(Array.from({ length: 5 }, () => sink.begin(key, ATTRIBUTES, NEVER)));
    const begun = await begin('large');
    await begin('large.old');
    const found = await sink.uploads('large', NEVER);
    expect(found.map(({ uploadId }) => uploadId).sort()).toEqual(
      begun.map(({ uploadId }) => uploadId).sort(),
    );
    expect(cos.standin.requests.get('ListMultipartUploads')).toBe(3);
  });

  it('of a bucket that is not there are refused', async () => {
    const sink = cos.sink({ bucket: 'nobodys-1250000000' });
    await expect(sink.uploads('large', NEVER)).rejects.toMatchObject({ code: 'missing_bucket' });
  });
});

describe('a page of uploads', () => {
  const initiated = '<Initiated>2026-01-02T03:04:05.000Z</Initiated>';
  const upload = `<Upload><Key>a%2Fb+c</Key><UploadId>1</UploadId><Owner><ID>1</ID></Owner>${initiated}</Upload>`;
  const next = '<NextKeyMarker>a%2Fb+c</NextKeyMarker><NextUploadIdMarker>1</NextUploadIdMarker>';
  const page = (inner: string): string =>
    `<?xml version="1.0"?>\n<ListMultipartUploadsResult>${inner}</ListMultipartUploadsResult>`;
  const last = '<IsTruncated>false</IsTruncated>';
  const more = '<IsTruncated>true</IsTruncated>';

  it('is read in every spelling of its encoding', () => {
    for (const name of ['EncodingType', 'Encoding-Type', 'Encoding-type']) {
      const encoding = `<${name}>url</${name}>`;
      const found = { key: 'a/b c', uploadId: '1', initiatedMs: Date.parse('2026-01-02T03:04:05Z') };
      expect(parseUploads(page(encoding + last + upload), undefined)).toEqual({
        uploads: [found],
        next: undefined,
      });
      expect(parseUploads(page(encoding + more + next + upload), undefined).next).toEqual({
        key: 'a/b c',
        uploadId: '1',
      });
    }
  });

  it('that cannot be what was asked for is refused', () => {
    const encoding = '<EncodingType>url</EncodingType>';
    for (const xml of [
      '<Error><Code>AccessDenied</Code></Error>',
      page(last + upload),
      page(encoding + upload),
      page(encoding + more + upload),
      page(encoding + last + upload.replace(initiated, '')),
      page(encoding + last + upload.replace('2026', 'soon')),
      page(encoding + last + upload.replace('<UploadId>1</UploadId>', '')),
      page(encoding + last + upload.replace('a%2F', 'a%')),
    ])
      expect(() => parseUploads(xml, undefined)).toThrow(XmlError);
  });

  it('that leads back is refused', () => {
    const xml = page(`<EncodingType>url</EncodingType>${more}${next}${upload}`);
    expect(parseUploads(xml, { key: 'a/b c', uploadId: '0' }).next?.uploadId).toBe('1');
    for (const after of [
      { key: 'a/b c', uploadId: '1' },
      { key: 'b', uploadId: '0' },
    ])
      expect(() => parseUploads(xml, after)).toThrow(XmlError);
  });
});
