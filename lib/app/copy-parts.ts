/** The parts of a large object: read and written each by itself, a few at a time, all of one version. */
import { OBJECT_RETRY } from '../core/backoff.ts';
import { combineCrc64 } from '../core/crc64.ts';
import { StoreError } from '../core/errors.ts';
import { partLanes, type PartSpan } from '../core/parts.ts';
import type { MultipartUpload, Part, PartRequest } from '../ports/object-sink.ts';
import type { SourceObject } from '../ports/object-source.ts';
import { discard, summed } from './checksum.ts';
import type { CopyContext } from './copy-context.ts';
import { runLanes } from './lanes.ts';
import { retrying } from './retry.ts';
import { anySignal } from './signals.ts';

/** Of a large object that one invocation copies. */
export interface LargeSteps {
  /** Before an upload is begun: should nobody end it, it can be found. */
  readonly onBegin?: ((signal: AbortSignal) => Promise<void>) | undefined;
  /** Told with every part how many bytes of the present upload have arrived. */
  readonly onArrived?: ((bytes: number) => void) | undefined;
}

export interface LargeObject extends LargeSteps {
  readonly key: string;
  readonly sourceKey: string;
  readonly size: number;
  /** The version that all parts are read from. */
  readonly etag: string;
}

export interface DonePart extends Part {
  readonly bytes: number;
  /** CRC-64 of what was sent, computed where the source states none for the whole. */
  readonly sentCrc64: string | undefined;
}

export function readPart(
  context: CopyContext,
  object: LargeObject,
  { from, to }: PartSpan,
  signal: AbortSignal,
): Promise<SourceObject> {
  return context.source.read({ key: object.sourceKey, ifMatch: object.etag, range: { from, to } }, signal);
}

const lengthOf = (span: PartSpan | undefined) => (span === undefined ? 0 : span.to - span.from);

/** The parts of one upload, each read and written again by itself where that may help. */
export class PartCopy {
  private readonly context: CopyContext;
  private readonly object: LargeObject;
  private readonly upload: MultipartUpload;
  private readonly sums: boolean;

  constructor(context: CopyContext, object: LargeObject, upload: MultipartUpload, sums: boolean) {
    this.context = context;
    this.object = object;
    this.upload = upload;
    this.sums = sums;
  }

  /** All parts in order of their numbers; the first is read already. One part that fails for good stops the others. */
  async all(spans: readonly PartSpan[], first: SourceObject, signal: AbortSignal): Promise<DonePart[]> {
    const stop = new AbortController();
    const either = anySignal(signal, stop.signal);
    const done: DonePart[] = [];
    let arrivedBytes = 0;
    const queue = [...spans];
    let opened: SourceObject | undefined = first;
    await runLanes(
      Math.min(partLanes(lengthOf(spans[0])), spans.length),
      () => queue.shift(),
      async (span) => {
        const given = span.partNumber === 1 ? opened : undefined;
        opened = undefined;
        try {
          const part = await this.context.parts.run(() => this.one(span, given, either));
          done.push(part);
          this.object.onArrived?.((arrivedBytes += part.bytes));
        } catch (error) {
          stop.abort(error);
          throw error;
        }
      },
    );
    return done.sort((a, b) => a.partNumber - b.partNumber);
  }

  /** `given`: the part is read already. */
  async one(span: PartSpan, given: SourceObject | undefined, signal: AbortSignal): Promise<DonePart> {
    let opened = given;
    const end = await retrying(OBJECT_RETRY, this.context, signal, async () => {
      const read = opened ?? (await readPart(this.context, this.object, span, signal));
      opened = undefined;
      try {
        return await this.write(span, read, signal);
      } catch (error) {
        if (error instanceof LostUpload) return error; // trying the part again cannot help
        throw error;
      }
    });
    if (end instanceof LostUpload) throw end;
    return end;
  }

  private async write(span: PartSpan, read: SourceObject, signal: AbortSignal): Promise<DonePart> {
    try {
      const sum = this.sums ? await summed(read.content) : undefined;
      const content = sum?.content ?? read.content;
      const part = await this.send({ upload: this.upload, partNumber: span.partNumber, content }, signal);
      return { ...part, bytes: lengthOf(span), sentCrc64: sum?.crc64() };
    } catch (error) {
      discard(read.content);
      throw error;
    }
  }

  private async send(request: PartRequest, signal: AbortSignal): Promise<Part> {
    try {
      return await this.context.sink.writePart(request, signal);
    } catch (error) {
      // Of a write, it is the upload that is gone, not the source.
      throw error instanceof StoreError && error.code === 'gone'
        ? new LostUpload(this.object.key, error)
        : error;
    }
  }
}

/** The CRC-64 of the whole from those of its parts, where all are known. */
export function combinedCrc64(
  parts: readonly DonePart[],
  of: (part: DonePart) => string | undefined,
): string | undefined {
  let whole: string | undefined = '0';
  for (const part of parts) {
    const crc64 = of(part);
    whole = whole === undefined || crc64 === undefined ? undefined : combineCrc64(whole, crc64, part.bytes);
  }
  return whole;
}

/** Before the parts become an object: nothing corrupt is ever visible under the key. */
export function requireArrived(object: LargeObject, parts: readonly DonePart[], crc64: string): void {
  const arrived = combinedCrc64(parts, (part) => part.crc64);
  if (arrived === undefined || arrived === crc64) return;
  throw new StoreError(
    `the parts of ${JSON.stringify(object.key)} arrived with CRC-64 ${arrived}, they were sent with ${crc64}`,
    { code: 'corrupt', operation: 'UploadPart' },
  );
}

/** Completed with other bytes, or ended by somebody else: not that the source is gone. Another upload may succeed. */
export class LostUpload extends StoreError {
  constructor(key: string, cause: StoreError) {
    const { operation, requestId } = cause;
    super(
      `the upload of ${JSON.stringify(key)} has ended, and the target does not hold the copy`,
      { code: 'corrupt', operation, requestId },
      { cause },
    );
  }
}
