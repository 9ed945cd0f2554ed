/** The three topics: messages are lost, doubled, late and overtake one another; a failed delivery comes again, a few times. */
import type { Topic } from '../../lib/core/messages.ts';
import { DELIVERIES_MAX, type Message, type Queue } from '../../lib/ports/queue.ts';
import type { SimDice } from './dice.ts';
import type { SimProcess, Surroundings } from './process.ts';

export interface Waiting {
  readonly topic: Topic;
  readonly message: Message;
  /** Failed ones so far. */
  readonly deliveries: number;
  readonly number: number;
}

const LATE_MS_MAX = 600_000;
/** After a refused delivery; where its process died, after its lease. */
const AGAIN_MS = 1_000;
const LEASE_MS = 60_000;

export class SimQueue {
  readonly #around: Surroundings;
  readonly #dice: SimDice;
  readonly #ready: Record<Topic, Waiting[]> = { ranges: [], segments: [], results: [] };
  #sent = 0;
  #delayed = 0;
  /** Every message twice, the second when the first is done with: to see what doubling costs. */
  readonly doubles: boolean;
  /** Called when a message can be taken. */
  onReady: (topic: Topic) => void = () => undefined;

  constructor(around: Surroundings, dice: SimDice, doubles = false) {
    this.#around = around;
    this.#dice = dice;
    this.doubles = doubles;
  }

  /** What a process sends with. */
  port(process: SimProcess, onRequest: (operation: string) => void): Queue {
    return {
      send: (topic, messages) =>
        process.call({
          port: 'queue',
          operation: 'send',
          about: topic,
          run: () => {
            onRequest(`queue.send ${topic}`);
            for (const message of messages) this.#send(topic, message);
            return Promise.resolve();
          },
        }),
      consume: () => Promise.reject(new Error('the simulation feeds its handlers itself')),
    };
  }

  get isEmpty(): boolean {
    return this.#delayed === 0 && Object.values(this.#ready).every((waiting) => waiting.length === 0);
  }

  /** Any of those that can be taken, as the dice say. */
  take(topic: Topic, count: number): Waiting[] {
    const taken: Waiting[] = [];
    const ready = this.#ready[topic];
    while (taken.length < count && ready.length > 0) {
      const index = this.#dice.between(0, ready.length - 1);
      const [waiting] = ready.splice(index, 1);
      if (waiting === undefined) break;
      if (ready.some(({ number }) => number < waiting.number))
        this.#around.weather.count('message overtaken');
      taken.push(waiting);
    }
    return taken;
  }

  /** Delivery failed, or ended with its process. */
  giveBack(batch: readonly Waiting[], died: boolean): void {
    for (const waiting of batch) {
      const deliveries = waiting.deliveries + 1;
      if (deliveries < DELIVERIES_MAX) {
        this.#arrive({ ...waiting, deliveries }, died ? LEASE_MS : AGAIN_MS * deliveries);
      } else {
        this.#around.weather.count('message dropped after its last delivery');
        this.#around.trace.add('queue', `drops from ${waiting.topic}`, waiting.message.body);
      }
    }
  }

  /** Done with: the sender's own copy of it comes now, where all are doubled. */
  done(batch: readonly Waiting[]): void {
    if (!this.doubles) return;
    for (const waiting of batch) if (waiting.deliveries === 0) this.#arrive({ ...waiting, deliveries: 1 }, 0);
  }

  #send(topic: Topic, message: Message): void {
    const { weather, trace } = this.#around;
    const waiting = { topic, message, deliveries: 0, number: this.#sent++ };
    if (weather.strikesMessage('message lost')) {
      trace.add('queue', `loses from ${topic}`, message.body);
      return;
    }
    this.#arrive(waiting, weather.strikesMessage('message late') ? this.#dice.random() * LATE_MS_MAX : 0);
    if (weather.strikesMessage('message doubled')) this.#arrive(waiting, this.#dice.random() * AGAIN_MS);
  }

  #arrive(waiting: Waiting, afterMs: number): void {
    this.#delayed++;
    this.#around.clock.schedule(afterMs, () => {
      this.#delayed--;
      this.#ready[waiting.topic].push(waiting);
      this.onReady(waiting.topic);
    });
  }
}
