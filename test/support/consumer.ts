/** Consumes from a queue as a test pleases. */
import type { Topic } from '../../lib/core/messages.ts';
import type { ConsumeOptions, Message, Queue } from '../../lib/ports/queue.ts';

interface Batch {
  readonly bodies: readonly string[];
  readonly held: AbortSignal;
  end(): void;
  fail(): void;
}

/** Consumes from one handle; each batch stays under way until the test ends it, or the queue takes it away. */
export class Consumer {
  readonly batches: Batch[] = [];
  readonly #stop = new AbortController();
  readonly ended: Promise<void>;
  underWay = 0;
  underWayMax = 0;
  hasEnded = false;

  constructor(queue: Queue, topic: Topic, options: Partial<ConsumeOptions> = {}) {
    const all = { batchMax: 10, inFlightMax: 1, ...options };
    this.ended = queue
      .consume(topic, all, (messages, held) => this.#handle(messages, held), this.#stop.signal)
      .finally(() => (this.hasEnded = true));
  }

  async #handle(messages: readonly Message[], held: AbortSignal): Promise<void> {
    this.underWay++;
    this.underWayMax = Math.max(this.underWayMax, this.underWay);
    let fail: () => void = () => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        fail = () => reject(new Error('the handler failed'));
        this.batches.push({ bodies: messages.map(({ body }) => body), held, end: resolve, fail });
        held.addEventListener('abort', fail);
        if (held.aborted) fail();
      });
    } finally {
      held.removeEventListener('abort', fail);
      this.underWay--;
    }
  }

  get bodies(): string[] {
    return this.batches.flatMap((batch) => batch.bodies);
  }

  /** Ends whatever is under way now. */
  endAll(): void {
    for (const batch of this.batches) batch.end();
  }

  abort(): void {
    this.#stop.abort();
  }

  /** Ends whatever is under way and stops. */
  async stop(): Promise<void> {
    this.abort();
    this.endAll();
    await this.ended;
  }
}

export function messagesOf(...bodies: string[]): Message[] {
  return bodies.map((body) => ({ key: 'k', body }));
}
