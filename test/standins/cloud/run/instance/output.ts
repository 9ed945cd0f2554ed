/** Cuts what an instance prints into lines, each belonging to the event under way. */
import type { Readable } from 'node:stream';
import { deferred, type Deferred } from './deferred.ts';
import { outputEnd } from './wire.ts';

type OnLine = (requestId: string, line: string) => void;

class Lines {
  readonly #onLine: OnLine;
  #rest = '';
  #requestId = '';
  #ended: Deferred<undefined> = deferred();
  #closed = false;

  constructor(stream: Readable, onLine: OnLine) {
    this.#onLine = onLine;
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => this.#take(text));
    stream.on('close', () => this.#close());
  }

  begin(requestId: string): void {
    this.#requestId = requestId;
    this.#ended = deferred();
    if (this.#closed) this.#ended.resolve(undefined);
  }

  get ended(): Promise<undefined> {
    return this.#ended.promise;
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  /** The end may stand behind a line that its program did not finish. */
  #line(line: string): void {
    const end = outputEnd(this.#requestId).trimEnd();
    const isLast = line.endsWith(end);
    const printed = isLast ? line.slice(0, -end.length) : line;
    if (!isLast || printed !== '') this.#onLine(this.#requestId, printed);
    if (isLast) this.#ended.resolve(undefined);
  }

  #close(): void {
    if (this.#rest !== '') this.#onLine(this.#requestId, this.#rest);
    this.#rest = '';
    this.#closed = true;
    this.#ended.resolve(undefined);
  }
}

export class Output {
  readonly #streams: readonly Lines[];

  constructor(streams: readonly Readable[], onLine: OnLine) {
    this.#streams = streams.map((stream) => new Lines(stream, onLine));
  }

  begin(requestId: string): void {
    for (const stream of this.#streams) stream.begin(requestId);
  }

  /** All that was printed during the event has been handed on. */
  async ended(): Promise<void> {
    await Promise.all(this.#streams.map((stream) => stream.ended));
  }
}
