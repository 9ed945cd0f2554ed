/** An `ObjectSink` over Tencent Cloud COS. */
import { StoreError } from '../../core/errors.ts';
import type { TargetAttributes } from '../../core/object.ts';
import type * as port from '../../ports/object-sink.ts';
import type { ListRequest } from '../../ports/object-source.ts';
import type { Listed } from '../http/listing.ts';
import * as store from '../http/store-call.ts';
import { textOfChild, XmlError } from '../http/xml.ts';
import { META } from './attributes.ts';
import { CosClient } from './client.ts';
import { listPage } from './list.ts';
import type { CosOptions } from './options.ts';
import { beginUpload, completeUpload, documentOf, putObject, putPart } from './write.ts';

export class CosObjectSink implements port.ObjectSink {
  readonly #client: CosClient;

  constructor(options: CosOptions) {
    this.#client = new CosClient(options);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  list(request: ListRequest, signal: AbortSignal): Promise<port.TargetPage> {
    return listPage(this.#client, request, targetEntry, signal);
  }

  async head(key: string, signal: AbortSignal): Promise<port.TargetAttributesFound | undefined> {
    const subject = this.#client.subject('HeadObject', key);
    try {
      const { headers = {} } = await this.#client.viaSdk(
        subject,
        (sdk, at) => sdk.headObject({ ...at, Key: key }),
        signal,
      );
      return foundIn(headers as Readonly<Record<string, string>>);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'gone') return undefined;
      throw error;
    }
  }

  write(request: port.WriteRequest, signal: AbortSignal): Promise<port.Written> {
    return putObject(this.#client, request, signal);
  }

  begin(key: string, attributes: TargetAttributes, signal: AbortSignal): Promise<port.MultipartUpload> {
    return beginUpload(this.#client, key, attributes, signal);
  }

  writePart(request: port.PartRequest, signal: AbortSignal): Promise<port.Part> {
    return putPart(this.#client, request, signal);
  }

  complete(
    upload: port.MultipartUpload,
    parts: readonly port.Part[],
    { forbidOverwrite }: { readonly forbidOverwrite: boolean },
    signal: AbortSignal,
  ): Promise<port.Written> {
    return completeUpload(this.#client, upload, parts, { forbidOverwrite, signal });
  }

  abort({ key, uploadId }: port.MultipartUpload, signal: AbortSignal): Promise<void> {
    const subject = this.#client.subject('AbortMultipartUpload', key);
    const send = this.#client.viaSdk(
      subject,
      (sdk, at) => sdk.multipartAbort({ ...at, Key: key, UploadId: uploadId }),
      signal,
    );
    return unlessGone(send);
  }

  remove(key: string, signal: AbortSignal): Promise<void> {
    const subject = this.#client.subject('DeleteObject', key);
    return unlessGone(
      this.#client.viaSdk(subject, (sdk, at) => sdk.deleteObject({ ...at, Key: key }), signal),
    );
  }

  /** Not through the SDK: what it cannot read it takes for a bucket without versioning. */
  async versioning(signal: AbortSignal): Promise<port.Versioning> {
    const operation = 'GetBucketVersioning';
    const subject = this.#client.subject(operation);
    const response = await this.#client.ask(
      { method: 'GET', operation, query: [['versioning', '']] },
      signal,
    );
    const document = await documentOf(response, subject, signal);
    return store.parsed(subject, () =>
      versioningOf(textOfChild(document, 'VersioningConfiguration', 'Status')),
    );
  }
}

function versioningOf(status: string | undefined): port.Versioning {
  if (status === undefined || status === '') return 'never';
  if (status === 'Enabled') return 'enabled';
  if (status === 'Suspended') return 'suspended';
  throw new XmlError(`the versioning status is ${status}`);
}

/** Of a missing thing it succeeds. */
async function unlessGone(sent: Promise<unknown>): Promise<void> {
  try {
    await sent;
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'gone') throw error;
  }
}

function targetEntry({ key, size, lastModified }: Listed): port.TargetEntry {
  return { key, version: { size, lastModifiedMs: Date.parse(lastModified) } };
}

function foundIn(headers: Readonly<Record<string, string>>): port.TargetAttributesFound {
  const metadata = Object.entries(headers)
    .filter(([name]) => name.startsWith(META))
    .map(([name, value]) => [name.slice(META.length), value] as const);
  const lastModifiedMs = Date.parse(headers['last-modified'] ?? '');
  const version = {
    size: headers['content-length'] === undefined ? undefined : Number(headers['content-length']),
    lastModifiedMs: Number.isNaN(lastModifiedMs) ? undefined : lastModifiedMs,
    crc64: headers['x-cos-hash-crc64ecma'],
  };
  return { version, metadata: Object.fromEntries(metadata) };
}
