/** Consumes from a queue as a test pleases. */
import type { Topic } from '../../lib/core/messages.ts';
import type { ConsumeOptions, Message, Queue } from '../../lib/ports/queue.ts';

interface Batch {
  readonly bodies: readonly string[];
  end(): void;
  fail(): void;
}

/** Consumes from one handle; each batch stays under way until the test ends it. */
export class Consumer {
  readonly batches: Batch[] = [];
  readonly #stop = new AbortController();
  readonly ended: Promise<void>;
  underWay = 0;
  hasEnded = false;

  constructor(queue: Queue, topic: Topic, options: Partial<ConsumeOptions> = {}) {
    const all = { batchMax: 10, inFlightMax: 1, ...options };
    this.ended = queue
      .consume(topic, all, (messages) => this.#handle(messages), this.#stop.signal)
      .finally(() => (this.hasEnded = true));
  }

  async #handle(messages: readonly Message[]): Promise<void> {
    this.underWay++;
    try {
      await new Promise<void>((resolve, reject) => {
        const fail = () => reject(new Error('the handler failed'));
        this.batches.push({ bodies: messages.map(({ body }) => body), end: resolve, fail });
      });
    } finally {
      this.underWay--;
    }
  }

  get bodies(): string[] {
    return this.batches.flatMap((batch) => batch.bodies);
  }

  abort(): void {
    this.#stop.abort();
  }

  /** Ends whatever is under way and stops. */
  async stop(): Promise<void> {
    this.abort();
    for (const batch of this.batches) batch.end();
    await this.ended;
  }
}

export function messagesOf(...bodies: string[]): Message[] {
  return bodies.map((body) => ({ key: 'k', body }));
}
