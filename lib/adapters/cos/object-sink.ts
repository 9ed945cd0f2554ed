/** An `ObjectSink` over Tencent Cloud COS. */
import type { TargetAttributes } from '../../core/object.ts';
import type * as port from '../../ports/object-sink.ts';
import type { ListRequest } from '../../ports/object-source.ts';
import type { Listed } from '../http/listing.ts';
import * as store from '../http/store-call.ts';
import { textOfChild, XmlError } from '../http/xml.ts';
import { CosClient } from './client.ts';
import { abortUpload, headObject, removeObject } from './control.ts';
import { listPage } from './list.ts';
import type { StoreOptions } from '../http/store-options.ts';
import { listUploads } from './uploads.ts';
import { beginUpload, completeUpload, documentOf, putObject, putPart } from './write.ts';

export class CosObjectSink implements port.ObjectSink {
  readonly #client: CosClient;

  constructor(options: StoreOptions) {
    this.#client = new CosClient(options);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  list(request: ListRequest, signal: AbortSignal): Promise<port.TargetPage> {
    return listPage(this.#client, request, targetEntry, signal);
  }

  head(key: string, signal: AbortSignal): Promise<port.TargetAttributesFound | undefined> {
    return headObject(this.#client, key, signal);
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

  abort(upload: port.MultipartUpload, signal: AbortSignal): Promise<void> {
    return abortUpload(this.#client, upload, signal);
  }

  uploads(key: string, signal: AbortSignal): Promise<port.PendingUpload[]> {
    return listUploads(this.#client, key, signal);
  }

  remove(key: string, signal: AbortSignal): Promise<void> {
    return removeObject(this.#client, key, signal);
  }

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

function targetEntry({ key, size, lastModified }: Listed): port.TargetEntry {
  return { key, version: { size, lastModifiedMs: Date.parse(lastModified) } };
}
