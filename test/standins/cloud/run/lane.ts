/** One partition of a CKafka trigger: its messages become batches, one invocation at a time, in their order. */
import type { ActiveTrigger, InvokeOutcome } from '../runtime.ts';
import { batchEvent, batchLength, type BatchRecord } from './ckafka-event.ts';
import { nap } from './nap.ts';
import type { Timing, TriggerInvoke, TriggerLog } from './options.ts';
import { isHeldBack, STATUS } from './status.ts';

export type CkafkaDefinition = Extract<ActiveTrigger, { kind: 'ckafka' }>;

export interface LaneParts {
  readonly name: string;
  readonly definition: CkafkaDefinition;
  readonly invoke: TriggerInvoke;
  readonly timing: Timing;
  readonly log: TriggerLog;
  /** The group's next message is the one at this offset. */
  readonly commit: (next: bigint) => Promise<void>;
  /** Said when the lane has enough to do, and when it wants more. */
  readonly flow: (isOpen: boolean) => void;
}

export class Lane {
  readonly #parts: LaneParts;
  readonly #stop = new AbortController();
  #waiting: BatchRecord[] = [];
  #next = 0n;
  #work: Promise<void> | undefined;
  #arrival = new AbortController();

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  take(records: readonly BatchRecord[]): void {
    if (this.#stop.signal.aborted) return;
    this.#waiting.push(...records.filter(({ offset }) => offset >= this.#next));
    if (this.#isFull()) this.#parts.flow(false);
    this.#arrival.abort();
    this.#start();
  }

  /** The group has joined anew, and fetches from the committed offset again. */
  rewind(): void {
    this.#waiting = [];
    this.#parts.flow(true);
  }

  /** After the invocation under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#arrival.abort();
    this.#waiting = [];
    await this.#work;
  }

  #start(): void {
    if (this.#waiting.length === 0 || this.#stop.signal.aborted) return;
    this.#work ??= this.#drain().finally(() => {
      this.#work = undefined;
      this.#start();
    });
  }

  #isFull(): boolean {
    const { maxMsgNum } = this.#parts.definition;
    return batchLength(this.#waiting, maxMsgNum) < this.#waiting.length || this.#waiting.length >= maxMsgNum;
  }

  async #drain(): Promise<void> {
    for (let batch = await this.#fill(); batch.length > 0; batch = await this.#fill()) {
      const last = await this.#deliver(batch);
      if (last === undefined) continue;
      this.#next = last.offset + 1n;
      this.#waiting = this.#waiting.filter(({ offset }) => offset >= this.#next);
      await this.#parts.commit(this.#next);
    }
  }

  /** Waits for a whole batch, at most as long as the trigger says; none where there is nothing to do. */
  async #fill(): Promise<readonly BatchRecord[]> {
    const { maxMsgNum, timeOutS } = this.#parts.definition;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const waitMs = first.arrivedMs + timeOutS * 1000 - Date.now();
      if (this.#isFull() || waitMs <= 0) break;
      this.#arrival = new AbortController();
      await nap(waitMs, this.#arrival.signal);
    }
    const batch = this.#waiting.splice(0, batchLength(this.#waiting, maxMsgNum));
    this.#parts.flow(!this.#isFull());
    return batch;
  }

  /** Answers the batch's last message once it need not come again: handled, or skipped. */
  async #deliver(batch: readonly BatchRecord[]): Promise<BatchRecord | undefined> {
    const { definition, invoke, timing } = this.#parts;
    const event = batchEvent(batch);
    let failures = 0;
    let backoffMs = timing.backoffMinMs;
    while (!this.#stop.signal.aborted) {
      const outcome = await invoke(definition.name, event);
      if (outcome.status === STATUS.ok) return batch.at(-1);
      const isHeld = isHeldBack(outcome.status);
      if (!isHeld && failures++ >= definition.retry) return this.#skip(batch, outcome);
      await nap(isHeld ? backoffMs : timing.retryMs, this.#stop.signal);
      backoffMs = isHeld ? Math.min(backoffMs * 2, timing.backoffMaxMs) : timing.backoffMinMs;
    }
    return undefined;
  }

  #skip(batch: readonly BatchRecord[], outcome: InvokeOutcome): BatchRecord | undefined {
    const { name, definition, log } = this.#parts;
    const offsets = `${String(batch[0]?.offset)}–${String(batch.at(-1)?.offset)}`;
    log(
      outcome.requestId,
      `${name}: offsets ${offsets} skipped after ${definition.retry} retries: ${outcome.errMsg}`,
    );
    return batch.at(-1);
  }
}
