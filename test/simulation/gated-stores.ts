/** The source, the sink and the state store as one simulated process reaches them: through time and weather. */
import type { MemoryStateStore } from '../../lib/adapters/memory/state-store.ts';
import type { MemoryObjectSink } from '../../lib/adapters/memory/object-sink.ts';
import type { Content, ObjectSource, ReadRequest, SourceObject } from '../../lib/ports/object-source.ts';
import type { MultipartUpload, ObjectSink, Part } from '../../lib/ports/object-sink.ts';
import type { StateStore } from '../../lib/ports/state-store.ts';
import { bytesOf, passedOn } from './contents.ts';
import type { SimDice } from './dice.ts';
import { failure, type SimProcess } from './process.ts';
import type { CallFault } from './weather.ts';

export interface GatedStoresOptions {
  readonly process: SimProcess;
  readonly dice: SimDice;
  /** A store may answer pages shorter than asked for. */
  readonly pageKeysMax: number;
  /** Told of every call that reached the store. */
  onRequest(operation: string): void;
  /** Time passes, whoever lives or dies. */
  readonly outlast: (ms: number) => Promise<void>;
  /** Told of a changed byte that no MD5 keeps from being stored: only afterwards can it be found out. */
  onStorable(change: { readonly sourceKey: string } | { readonly targetKey: string }): void;
}

interface Completion {
  readonly upload: MultipartUpload;
  readonly parts: readonly Part[];
  readonly wish: { readonly forbidOverwrite: boolean };
}

/** Well below what spread objects wait for (lib/app/complete-spread.ts). */
const MERGE_MS_MAX = 90_000;
const SOUND = { breaks: undefined, flipsAt: undefined };

export function gatedSource(source: ObjectSource, options: GatedStoresOptions): ObjectSource {
  const { process, pageKeysMax } = options;
  const port = 'source';
  const counted = (operation: string) => {
    options.onRequest(`source.${operation}`);
  };
  return {
    list: (request, signal) =>
      process.call({
        port,
        operation: 'list',
        about: request.after,
        signal,
        run: () => {
          counted(request.keysMax === 1 ? 'list one key' : 'list');
          return source.list({ ...request, keysMax: Math.min(request.keysMax, pageKeysMax) }, signal);
        },
      }),
    read: (request, signal) =>
      process.call({
        port,
        operation: 'read',
        about: request.key,
        signal,
        run: async (fault) => {
          counted('read');
          return arriving(await source.read(request, signal), fault, request, options, signal);
        },
      }),
    head: (key, signal) =>
      process.call({
        port,
        operation: 'head',
        about: key,
        signal,
        run: () => {
          counted('head');
          return source.head(key, signal);
        },
      }),
    tags: (key, signal) =>
      process.call({
        port,
        operation: 'tags',
        about: key,
        signal,
        run: () => {
          counted('tags');
          return source.tags(key, signal);
        },
      }),
  };
}

/** A byte that changes on the way here can be found out only where the source states a sum that can be trusted. */
async function arriving(
  object: SourceObject,
  fault: CallFault | undefined,
  { key }: ReadRequest,
  options: GatedStoresOptions,
  signal: AbortSignal,
): Promise<SourceObject> {
  const { attributes, content } = object;
  const isFindable = attributes.crc64 !== undefined && attributes.type !== 'Symlink';
  const strikes = fault !== 'byte flipped while read' || isFindable;
  const isStorable = attributes.contentMd5 === undefined;
  if (strikes && fault === 'byte flipped while read' && isStorable) options.onStorable({ sourceKey: key });
  const arrived = await spoiled({ content, fault: strikes ? fault : undefined, about: key }, options, signal);
  return { attributes, content: arrived };
}

interface Passage {
  readonly content: Content;
  readonly fault: CallFault | undefined;
  readonly about: string;
}

function spoiled(
  { content, fault, about }: Passage,
  options: GatedStoresOptions,
  signal: AbortSignal,
): Promise<Content> {
  const { process, dice } = options;
  const bytes = bytesOf(content);
  if (fault === undefined || bytes === 0) return passedOn(content, process, SOUND, signal);
  process.suffers(fault, about);
  if (fault === 'stream truncated') return passedOn(content, process, { ...SOUND, breaks: 'off' }, signal);
  if (fault === 'stream stalled') return passedOn(content, process, { ...SOUND, breaks: 'silent' }, signal);
  return passedOn(content, process, { ...SOUND, flipsAt: dice.between(0, bytes - 1) }, signal);
}

/** Cut off, or with a stretch of it zeroed, as a broken disk leaves it: a changed digit of a result would tell a lie that adds up. */
function spoiledState(
  bytes: Buffer | undefined,
  fault: CallFault | undefined,
  about: string,
  { process, dice }: GatedStoresOptions,
): Buffer | undefined {
  if (fault === undefined || bytes === undefined || bytes.length === 0) return bytes;
  process.suffers(fault, about);
  const at = dice.between(0, bytes.length - 1);
  return fault === 'state object truncated'
    ? bytes.subarray(0, at)
    : bytes.fill(0, at, Math.min(at + 512, bytes.length));
}

/** How uploads came to be left behind: their process died, or the store did not hear of their end. */
export interface UploadWatch {
  begun(uploadId: string, process: SimProcess): void;
  /** Its process knows its id. */
  answered(uploadId: string): void;
  /** An abort is on its way; it may get lost. */
  aborting(uploadId: string): void;
}

export function gatedSink(
  sink: MemoryObjectSink,
  options: GatedStoresOptions,
  watch: UploadWatch,
): ObjectSink {
  const { process, pageKeysMax } = options;
  const call = <T>(
    operation: keyof ObjectSink,
    about: string,
    signal: AbortSignal,
    run: (fault: CallFault | undefined) => Promise<T>,
  ): Promise<T> =>
    process.call({
      port: 'sink',
      operation,
      about,
      signal,
      run: (fault) => {
        options.onRequest(`sink.${operation}`);
        return run(fault);
      },
    });
  return {
    list: (request, signal) =>
      call('list', request.after, signal, () => {
        return sink.list({ ...request, keysMax: Math.min(request.keysMax, pageKeysMax) }, signal);
      }),
    head: (key, signal) => call('head', key, signal, () => sink.head(key, signal)),
    write: (request, signal) =>
      call('write', request.key, signal, async (fault) => {
        const { key, content, contentMd5 } = request;
        if (fault !== undefined && contentMd5 === undefined) options.onStorable({ targetKey: key });
        const sent = await spoiled({ content, fault, about: key }, options, signal);
        return sink.write({ ...request, content: sent }, signal);
      }),
    begin: async (key, attributes, signal) => {
      const upload = await call('begin', key, signal, async () => {
        const begun = await sink.begin(key, attributes, signal);
        watch.begun(begun.uploadId, process);
        return begun;
      });
      watch.answered(upload.uploadId);
      return upload;
    },
    writePart: (request, signal) =>
      call('writePart', request.upload.key, signal, async (fault) => {
        const { content, upload } = request;
        if (fault !== undefined) options.onStorable({ targetKey: upload.key });
        const sent = await spoiled({ content, fault, about: upload.key }, options, signal);
        return sink.writePart({ ...request, content: sent }, signal);
      }),
    complete: (upload, parts, wish, signal) =>
      call('complete', upload.key, signal, (fault) =>
        fault === undefined
          ? sink.complete(upload, parts, wish, signal)
          : unheard(sink, options, { upload, parts, wish }),
      ),
    abort: (upload, signal) => {
      watch.aborting(upload.uploadId);
      return call('abort', upload.key, signal, () => sink.abort(upload, signal));
    },
    uploads: (key, signal) => call('uploads', key, signal, () => sink.uploads(key, signal)),
    remove: (key, signal) => call('remove', key, signal, () => sink.remove(key, signal)),
    versioning: (signal) => call('versioning', '', signal, () => sink.versioning(signal)),
  };
}

/** The connection breaks; the store goes on by itself, and the object is there only then. */
function unheard(
  sink: MemoryObjectSink,
  { process, dice, outlast }: GatedStoresOptions,
  { upload, parts, wish }: Completion,
): Promise<never> {
  process.suffers('merge unheard', upload.key);
  const merge = () => outlast(dice.between(1_000, MERGE_MS_MAX));
  void sink.complete(upload, parts, { ...wish, merge }, new AbortController().signal).catch(() => undefined);
  return Promise.reject(failure('unavailable', 'complete'));
}

export function gatedState(store: MemoryStateStore, options: GatedStoresOptions): StateStore {
  const call = <T>(
    operation: keyof StateStore,
    about: string,
    signal: AbortSignal,
    run: (fault: CallFault | undefined) => Promise<T>,
  ) =>
    options.process.call({
      port: 'state',
      operation,
      about,
      signal,
      run: (fault) => {
        options.onRequest(`state.${operation} ${about}`);
        return run(fault);
      },
    });
  return {
    put: (key, body, wish, signal) => call('put', key, signal, () => store.put(key, body, wish, signal)),
    beginUpload: (key, wish, signal) =>
      call('beginUpload', key, signal, () => store.beginUpload(key, wish, signal)),
    writePart: (part, signal) =>
      call('writePart', part.upload.key, signal, () => store.writePart(part, signal)),
    completeUpload: (upload, etags, signal) =>
      call('completeUpload', upload.key, signal, () => store.completeUpload(upload, etags, signal)),
    abortUpload: (upload, signal) =>
      call('abortUpload', upload.key, signal, () => store.abortUpload(upload, signal)),
    get: (key, signal) =>
      call('get', key, signal, async (fault) =>
        spoiledState(await store.get(key, signal), fault, key, options),
      ),
    getStream: (key, signal) => call('getStream', key, signal, () => store.getStream(key, signal)),
    list: (prefix, signal) => call('list', prefix, signal, () => store.list(prefix, signal)),
    remove: (key, signal) => call('remove', key, signal, () => store.remove(key, signal)),
  };
}
