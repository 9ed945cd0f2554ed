/**
 * Objects that several functions copy together. What they agree on is kept in state objects under
 * `uploads/<segment>/<entry>-<unique>/`: one folder an upload. Its parts are numbered from 0 here, as entries of a segment
 * are, and slices prove that they are stored.
 */
import * as z from 'zod';
import { COS_PARTS, partLength, planParts } from './parts.ts';
import { type Gap, parseSliceName, type SliceSpan } from './slices.ts';

/** `upload.json`: what every part of an upload is read from and written to. */
export interface UploadNote {
  readonly uploadId: string;
  /** The version of the source object that all parts are read from. */
  readonly etag: string;
  readonly size: number;
  /** Of the whole, in decimal, where the source states it. */
  readonly crc64?: string | undefined;
  /** Of every part but the last. */
  readonly partBytes: number;
}

export interface StoredPart {
  readonly etag: string;
  /** In decimal, where the target told it. */
  readonly crc64?: string | undefined;
  /** Of what was sent, computed where the source states none for the whole. */
  readonly sentCrc64?: string | undefined;
}

/** `<from>-<to>-<unique>.json`: parts `[from, to)` are stored. */
export interface PartSlice extends SliceSpan {
  readonly parts: readonly StoredPart[];
}

/** The objects in an upload's folder, beside its slices. */
export const UPLOAD_FILES = {
  /** Written before the upload is begun, also of an object that one function copies alone: what was begun and never noted can be found and aborted. */
  begun: 'begun.json',
  note: 'upload.json',
  /** Written when the target knows the upload no more, and the object not yet: since when. */
  merging: 'merging.json',
  /** Written when the upload can no longer become the object: why. */
  ended: 'ended.json',
} as const;

/** An upload's folder, as the names in it tell. */
export interface UploadPlace {
  /** `<entry>-<unique>`. */
  readonly name: string;
  /** The entry's place in its segment. */
  readonly at: number;
  readonly noted: boolean;
  readonly merging: boolean;
  readonly ended: boolean;
  readonly spans: readonly SliceSpan[];
}

const PLACE_NAME = /^(\d+)-[A-Za-z0-9]+$/;

/** The uploads that keys below a segment's folder tell of, in order of their names; foreign objects are passed over. */
export function uploadPlaces(names: readonly string[]): UploadPlace[] {
  const folders = new Map<string, string[]>();
  for (const name of names) {
    const [folder = '', file = ''] = name.split('/');
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return [...folders].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, files]) => placeOf(name, files));
}

function placeOf(name: string, files: readonly string[]): UploadPlace[] {
  const at = PLACE_NAME.exec(name)?.[1];
  if (at === undefined) return [];
  const spans = files.flatMap((file) => parseSliceName(file) ?? []);
  const has = (file: string) => files.includes(file);
  const { note: noteName, merging, ended } = UPLOAD_FILES;
  return [{ name, at: Number(at), noted: has(noteName), merging: has(merging), ended: has(ended), spans }];
}

/** Stretches of parts as they are rung for: within each gap, as many parts as make up `rangeBytes`, at least one. */
export function partRanges(gaps: readonly Gap[], partBytes: number, rangeBytes: number): Gap[] {
  const length = Math.max(1, Math.floor(rangeBytes / partBytes));
  return gaps.flatMap(({ from, to }) =>
    Array.from({ length: Math.ceil((to - from) / length) }, (_, i) => ({
      from: from + i * length,
      to: Math.min(from + (i + 1) * length, to),
    })),
  );
}

const decimal = z.string().regex(/^\d{1,20}$/);

const note = z.strictObject({
  uploadId: z.string().min(1),
  etag: z.string().min(1),
  size: z.number().int().positive(),
  crc64: decimal.optional(),
  partBytes: z.number().int().positive().max(COS_PARTS.partBytesMax),
});

/** When something happened, in milliseconds since the epoch. */
export const momentShape = z.strictObject({ atMs: z.number() });

/** Parts that COS does not take were never planned. */
export const uploadNoteShape: z.ZodType<UploadNote> = note.refine(
  ({ size, partBytes }) => partLength(size, partBytes) === partBytes,
  'its parts are more than COS takes',
);

const storedPart = z.strictObject({
  etag: z.string().min(1),
  crc64: decimal.optional(),
  sentCrc64: decimal.optional(),
});
const count = z.number().int().nonnegative();

export const partSliceShape: z.ZodType<PartSlice> = z
  .strictObject({ name: z.string(), from: count, to: count, parts: z.array(storedPart) })
  .refine(({ name, from, to, parts }) => {
    const span = parseSliceName(name);
    return span?.from === from && span.to === to && parts.length === to - from;
  }, 'its parts are not those of its name');

/** The parts `[from, to)` of an upload. */
export function spansOf({ size, partBytes }: UploadNote, { from, to }: Gap) {
  return planParts(size, partBytes).slice(from, to);
}

export function partCount({ size, partBytes }: UploadNote): number {
  return Math.ceil(size / partBytes);
}
