/** Progress for people: a bar on a terminal, a line now and then in a log, a summary at the end. Keys are never printed. */
import { styleText } from 'node:util';
import { SingleBar } from 'cli-progress';
import type { Report } from '../core/report.ts';
import { type Colour, STATUS_FACES } from '../core/report-page-status.ts';
import { visibleLines } from '../core/report-page-text.ts';
import type { Clock } from '../ports/clock.ts';
import { barLine, plainLine, summaryLines } from './progress-lines.ts';
import { RateWindow } from './progress-rates.ts';

/** In a log, no more than one line in this time, unless the status changes. */
const PLAIN_LINE_MS_MIN = 10_000;
const REDRAWS_PER_SECOND = 2;

export interface ProgressOptions {
  /** Standard error: standard output is for `--json`. */
  readonly stream: NodeJS.WriteStream;
  readonly isTerminal: boolean;
  readonly clock: Clock;
  /** Columns of the terminal, asked at every line: windows change. */
  columns(): number;
  /** Of `report.html`, for the summary. */
  readonly reportAddress?: string | undefined;
}

export interface Progress {
  update(report: Report): void;
  /** A warning or a word between: above the bar, on lines of its own. */
  note(line: string): void;
  /** Ends the bar, whose timer keeps the process alive till then; with a report, the summary follows. A second call does nothing. */
  stop(final?: Report): void;
}

/** What is shown while the task goes on. */
interface Display {
  update(report: Report): void;
  note(text: string): void;
  stop(): void;
}

export function startProgress(options: ProgressOptions): Progress {
  const display = options.isTerminal ? new BarDisplay(options) : new PlainDisplay(options);
  let stopped = false;
  return {
    update(report) {
      if (!stopped) display.update(report);
    },
    note(line) {
      const text = visibleLines(line);
      if (stopped) options.stream.write(`${text}\n`);
      else display.note(text);
    },
    stop(final) {
      if (stopped) return;
      stopped = true;
      display.stop();
      if (final !== undefined) writeSummary(options, final);
    },
  };
}

class BarDisplay implements Display {
  readonly #options: ProgressOptions;
  readonly #rates = new RateWindow();
  readonly #bar: SingleBar;
  #line: ((columns: number) => string) | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#bar = new SingleBar({
      stream: options.stream,
      format: () => this.#line?.(options.columns()) ?? '',
      fps: REDRAWS_PER_SECOND,
      clearOnComplete: true,
      hideCursor: true,
      forceRedraw: true,
    });
  }

  update(report: Report): void {
    const rates = this.#rates.add(report, this.#options.clock.now());
    const first = this.#line === undefined;
    this.#line = (columns) => barLine(report, rates, columns);
    if (first) this.#bar.start(1, 0);
  }

  /** The bar goes back to where it was started when it stops: it starts again below the note. */
  note(text: string): void {
    this.#bar.stop();
    this.#options.stream.write(`${text}\n`);
    if (this.#line !== undefined) this.#bar.start(1, 0);
  }

  stop(): void {
    this.#bar.stop();
  }
}

class PlainDisplay implements Display {
  readonly #options: ProgressOptions;
  readonly #rates = new RateWindow();
  #last: { readonly atMs: number; readonly status: Report['status'] } | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  update(report: Report): void {
    const atMs = this.#options.clock.now();
    const rates = this.#rates.add(report, atMs);
    const last = this.#last;
    if (last !== undefined && last.status === report.status && atMs - last.atMs < PLAIN_LINE_MS_MIN) return;
    this.#last = { atMs, status: report.status };
    this.note(plainLine(report, rates));
  }

  note(text: string): void {
    this.#options.stream.write(`${text}\n`);
  }

  stop(): void {
    // Every line is written at once.
  }
}

const TERMINAL_COLOURS = {
  green: 'green',
  yellow: 'yellow',
  red: 'red',
  blue: 'cyan',
} as const satisfies Record<Colour, string>;

function writeSummary({ stream, isTerminal, reportAddress }: ProgressOptions, report: Report): void {
  const [verdict = '', ...lines] = summaryLines(report, reportAddress);
  const colour = TERMINAL_COLOURS[STATUS_FACES[report.status].colour];
  const shown = isTerminal && stream.hasColors() ? styleText([colour, 'bold'], verdict) : verdict;
  stream.write(`${[shown, ...lines].join('\n')}\n`);
}
