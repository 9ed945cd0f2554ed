/** A task's state objects, typed: the truth of the work, each written once (but control and report). */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { KiB, MiB } from '../core/bytes.ts';
import { type Control, parseControl, RUNNING } from '../core/control.ts';
import { StoreError, UserError } from '../core/errors.ts';
import { parseShareObject, type ShareObject } from '../core/share-object.ts';
import { isManifestOf, segmentIdOf, type SegmentPlace, stateKeys, taskPrefix } from '../core/layout.ts';
import { parseEntries } from '../core/manifest.ts';
import type { StateLocation } from '../core/messages.ts';
import type { Entry } from '../core/object.ts';
import { renderReportPage } from '../core/report-page.ts';
import { parseReport } from '../core/report-shape.ts';
import type { Report } from '../core/report.ts';
import { sliceShape } from '../core/slice-shape.ts';
import { parseSliceName, type Slice, type SliceSpan } from '../core/slices.ts';
import { parseTask, type Task, taskDigest } from '../core/task.ts';
import type { StateStore } from '../ports/state-store.ts';
import type { Stores } from '../ports/stores.ts';

const gzipAsync = promisify(gzip);
const gunzipAsync = promisify(gunzip);

/** What is larger is no manifest of ours: 1,000 listed keys are 1 MiB, and in JSON a character is at most six bytes. */
const MANIFEST_BYTES_MAX = 16 * MiB;
/** Entries resemble those just before: a window of 8 KiB finds as much as one of 32, in memory that is ready sooner. */
const MANIFEST_GZIP = { level: 1, windowBits: 13, memLevel: 7, chunkSize: 64 * KiB } as const;
const JSON_TYPE = { contentType: 'application/json' };

export function stateLocationOf(task: Task): StateLocation {
  const { region, endpoint } = task.target;
  const prefix = taskPrefix(task.state.prefix, task.taskId);
  const location = { bucket: task.state.bucket, region, prefix, taskDigest: taskDigest(task) };
  return endpoint === undefined ? location : { ...location, endpoint };
}

export function taskStateOf(stores: Stores, location: StateLocation): TaskState {
  return new TaskState(stores.state(location), location);
}

export class TaskState {
  readonly store: StateStore;
  readonly location: StateLocation;

  constructor(store: StateStore, location: StateLocation) {
    this.store = store;
    this.location = location;
  }

  async writeTask(task: Task, signal: AbortSignal): Promise<void> {
    await this.store.put(
      stateKeys.task(this.location.prefix),
      JSON.stringify(task, null, 2),
      JSON_TYPE,
      signal,
    );
  }

  async readTask(signal: AbortSignal): Promise<Task> {
    const key = stateKeys.task(this.location.prefix);
    return this.whole(key, signal, (body) => this.parsedTask(key, body));
  }

  private parsedTask(key: string, body: Buffer | undefined): Task {
    if (body === undefined)
      throw new UserError(`${this.where(key)} is missing: the task was removed, or never started`);
    const task = parseTask(parseJson(body, this.where(key)));
    const own = stateLocationOf(task);
    const { bucket, prefix, taskDigest: wanted = own.taskDigest } = this.location;
    if (own.bucket !== bucket || own.prefix !== prefix || own.taskDigest !== wanted) {
      throw new UserError(
        `${this.where(key)} is not the task that was started here: it was changed after it was written, or the task file was. Put it back, and see who can write the bucket; a task whose file was edited since is named by its id, or by its address ${this.where(prefix)}`,
      );
    }
    return task;
  }

  async readControl(signal: AbortSignal): Promise<Control> {
    const key = stateKeys.control(this.location.prefix);
    const body = await this.read(key, signal);
    return body === undefined ? RUNNING : parseControl(body.toString(), this.where(key));
  }

  async writeControl(control: Control, signal: AbortSignal): Promise<void> {
    await this.store.put(stateKeys.control(this.location.prefix), JSON.stringify(control), JSON_TYPE, signal);
  }

  /** Undefined where limits were never divided. */
  async readShares(signal: AbortSignal): Promise<ShareObject | undefined> {
    const key = stateKeys.share(this.location.prefix);
    const body = await this.store.get(key, signal);
    return body === undefined ? undefined : parseShareObject(body.toString(), this.where(key));
  }

  async writeShares(shares: ShareObject, signal: AbortSignal): Promise<void> {
    await this.store.put(stateKeys.share(this.location.prefix), JSON.stringify(shares), JSON_TYPE, signal);
  }

  /** Of entries as `renderEntries` writes them. Answers the id of the segment, which is bound to what the manifest says. */
  async writeManifest(place: SegmentPlace, rendered: Buffer, signal: AbortSignal): Promise<string> {
    const body = await gzipAsync(rendered, MANIFEST_GZIP);
    const segmentId = segmentIdOf(place, body);
    await this.store.put(this.manifestKey(segmentId), body, { contentType: 'application/gzip' }, signal);
    return segmentId;
  }

  async readManifest(segmentId: string, count: number, signal: AbortSignal): Promise<Entry[]> {
    const key = this.manifestKey(segmentId);
    const body = await this.whole(key, signal, (read) => {
      const manifest = this.there(key, read);
      if (isManifestOf(segmentId, manifest)) return manifest;
      throw new UserError(
        `${this.where(key)} was changed after it was written: nothing of it is copied; put it back, or run the task again under another taskId`,
      );
    });
    return parseEntries(await this.gunzipText(body, key), this.where(key), count);
  }

  async removeManifest(segmentId: string, signal: AbortSignal): Promise<void> {
    await this.store.remove(this.manifestKey(segmentId), signal);
  }

  /** What has been written of a segment's results, as their names tell. */
  async spans(segmentId: string, signal: AbortSignal): Promise<SliceSpan[]> {
    const prefix = stateKeys.results(this.location.prefix, segmentId);
    const keys = await this.store.list(prefix, signal);
    return keys.flatMap((key) => parseSliceName(key.slice(prefix.length)) ?? []);
  }

  async writeSlice(segmentId: string, slice: Slice, signal: AbortSignal): Promise<void> {
    await this.store.put(this.sliceKey(segmentId, slice.name), JSON.stringify(slice), JSON_TYPE, signal);
  }

  async readSlice(segmentId: string, name: string, signal: AbortSignal): Promise<Slice> {
    const key = this.sliceKey(segmentId, name);
    return this.whole(key, signal, (body) => this.parsedSlice(key, name, this.there(key, body)));
  }

  private parsedSlice(key: string, name: string, body: Buffer): Slice {
    const parsed = sliceShape.safeParse(parseJson(body, this.where(key)));
    if (parsed.success && parsed.data.name === name) return parsed.data;
    const mistakes = parsed.error?.issues.map(({ message }) => message) ?? ['it has the name of another'];
    throw new UserError(
      `${this.where(key)} is not a result as it was written; what it tells of is done again:`,
      mistakes,
    );
  }

  async writeReport(report: Report, signal: AbortSignal): Promise<void> {
    const { prefix } = this.location;
    const page = { contentType: 'text/html; charset=utf-8' };
    await this.store.put(stateKeys.report(prefix), JSON.stringify(report, null, 2), JSON_TYPE, signal);
    await this.store.put(stateKeys.reportPage(prefix), renderReportPage(report), page, signal);
  }

  /** The report as last written; undefined where the task has not begun, or does not exist. */
  async readReport(signal: AbortSignal): Promise<Report | undefined> {
    const key = stateKeys.report(this.location.prefix);
    const body = await this.read(key, signal);
    if (body === undefined) return undefined;
    const report = parseReport(parseJson(body, this.where(key)), this.where(key));
    const failed = this.where(stateKeys.failed(this.location.prefix));
    const isOwn =
      this.location.prefix.endsWith(`${report.taskId}/`) && (report.manifests.failed ?? failed) === failed;
    if (isOwn) return report;
    throw new UserError(`${this.where(key)} tells of another task: it was changed after it was written`);
  }

  /** `cos://bucket/key`, for messages. */
  where(key: string): string {
    return `cos://${this.location.bucket}/${key}`;
  }

  /** Read once more where it is not as it was written: what was garbled on its way comes whole the next time. */
  private async whole<T>(
    key: string,
    signal: AbortSignal,
    parse: (body: Buffer | undefined) => T,
  ): Promise<T> {
    const body = await this.read(key, signal);
    try {
      return parse(body);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return parse(await this.read(key, signal));
    }
  }

  private there(key: string, body: Buffer | undefined): Buffer {
    if (body !== undefined) return body;
    throw new UserError(`${this.where(key)} is missing: state objects were removed while the task ran`);
  }

  /** Undefined where there is none. */
  private async read(key: string, signal: AbortSignal): Promise<Buffer | undefined> {
    try {
      return await this.store.get(key, signal);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'too_large') throw error;
      throw new UserError(`${this.where(key)} is larger than it can be: it was changed after it was written`);
    }
  }

  private manifestKey(segmentId: string): string {
    return stateKeys.manifest(this.location.prefix, segmentId);
  }

  private sliceKey(segmentId: string, name: string): string {
    return stateKeys.results(this.location.prefix, segmentId) + name;
  }

  private async gunzipText(body: Buffer, key: string): Promise<string> {
    try {
      return (await gunzipAsync(body, { maxOutputLength: MANIFEST_BYTES_MAX })).toString('utf8');
    } catch (error) {
      throw new UserError(
        `${this.where(key)} is not a manifest as it was written: ${(error as Error).message}`,
      );
    }
  }
}

export function parseJson(body: Buffer, where: string): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new UserError(`${where} is not JSON: it was changed after it was written`);
  }
}
