/** State objects of the uploads that a segment's large objects are copied by, typed: see lib/core/spread.ts. */
import type * as z from 'zod';
import { UserError } from '../core/errors.ts';
import type { Failure } from '../core/failures.ts';
import { stateKeys } from '../core/layout.ts';
import { failureShape } from '../core/slice-shape.ts';
import { type SliceSpan, sliceName } from '../core/slices.ts';
import {
  momentShape,
  type PartSlice,
  partSliceShape,
  type StoredPart,
  UPLOAD_FILES,
  type UploadNote,
  uploadNoteShape,
  type UploadPlace,
  uploadPlaces,
} from '../core/spread.ts';
import { parseJson, type TaskState } from './task-state.ts';

export class UploadState {
  private readonly state: TaskState;
  private readonly prefix: string;

  constructor(state: TaskState, segmentId: string) {
    this.state = state;
    this.prefix = stateKeys.uploads(state.location.prefix, segmentId);
  }

  /** All uploads of the segment, those of one entry in order of their names. */
  async places(signal: AbortSignal): Promise<UploadPlace[]> {
    const keys = await this.state.store.list(this.prefix, signal);
    return uploadPlaces(keys.map((key) => key.slice(this.prefix.length)));
  }

  async place(name: string, signal: AbortSignal): Promise<UploadPlace | undefined> {
    const keys = await this.state.store.list(`${this.prefix}${name}/`, signal);
    return uploadPlaces(keys.map((key) => key.slice(this.prefix.length)))[0];
  }

  /** When the upload was about to be begun, in milliseconds since the epoch. */
  async writeBegun(place: string, atMs: number, signal: AbortSignal): Promise<void> {
    await this.put(place, UPLOAD_FILES.begun, { atMs }, signal);
  }

  async readBegun(place: string, signal: AbortSignal): Promise<{ readonly atMs: number }> {
    return this.read(place, UPLOAD_FILES.begun, momentShape, signal);
  }

  /** When the target was first found to know the upload no more. */
  async writeMerging(place: string, atMs: number, signal: AbortSignal): Promise<void> {
    await this.put(place, UPLOAD_FILES.merging, { atMs }, signal);
  }

  async readMerging(place: string, signal: AbortSignal): Promise<{ readonly atMs: number }> {
    return this.read(place, UPLOAD_FILES.merging, momentShape, signal);
  }

  async writeNote(place: string, note: UploadNote, signal: AbortSignal): Promise<void> {
    await this.put(place, UPLOAD_FILES.note, note, signal);
  }

  /** `UserError` where it was removed, or changed by hand. */
  async readNote(place: string, signal: AbortSignal): Promise<UploadNote> {
    return this.read(place, UPLOAD_FILES.note, uploadNoteShape, signal);
  }

  async writeEnded(place: string, failure: Failure, signal: AbortSignal): Promise<void> {
    await this.put(place, UPLOAD_FILES.ended, failure, signal);
  }

  async readEnded(place: string, signal: AbortSignal): Promise<Failure> {
    return this.read(place, UPLOAD_FILES.ended, failureShape, signal);
  }

  /** Answers its name, with its place. */
  async writeSlice(
    place: string,
    slice: { readonly from: number; readonly unique: string; readonly parts: readonly StoredPart[] },
    signal: AbortSignal,
  ): Promise<string> {
    const { from, parts } = slice;
    const to = from + parts.length;
    const name = sliceName({ from, to, unique: slice.unique });
    await this.put(place, name, { name, from, to, parts } satisfies PartSlice, signal);
    return `${place}/${name}`;
  }

  /** Its parts count as missing from now on. */
  async removeSlice(place: string, { name }: SliceSpan, signal: AbortSignal): Promise<void> {
    await this.state.store.remove(this.key(place, name), signal);
  }

  async readSlice(place: string, { name }: SliceSpan, signal: AbortSignal): Promise<PartSlice> {
    const slice = await this.read(place, name, partSliceShape, signal);
    if (slice.name === name) return slice;
    throw new UserError(`${this.state.where(this.key(place, name))} has the name of another`);
  }

  private key(place: string, file: string): string {
    return `${this.prefix}${place}/${file}`;
  }

  private async put(place: string, file: string, value: unknown, signal: AbortSignal): Promise<void> {
    const type = { contentType: 'application/json' };
    await this.state.store.put(this.key(place, file), JSON.stringify(value), type, signal);
  }

  /** Read once more where it is not as it was written: what was garbled on its way comes whole the next time. */
  private async read<T>(place: string, file: string, shape: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    try {
      return await this.readOnce(place, file, shape, signal);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return this.readOnce(place, file, shape, signal);
    }
  }

  private async readOnce<T>(
    place: string,
    file: string,
    shape: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const key = this.key(place, file);
    const where = this.state.where(key);
    const body = await this.state.store.get(key, signal);
    if (body === undefined)
      throw new UserError(`${where} is missing: state objects were removed while the task ran`);
    const parsed = shape.safeParse(parseJson(body, where));
    if (parsed.success) return parsed.data;
    const mistakes = parsed.error.issues.map(({ message }) => message);
    throw new UserError(`${where} is not as it was written; what it tells of is done again:`, mistakes);
  }
}
