/** The two buckets before the run, and what others do to them while it runs; all versions of all objects are remembered. */
import { MemoryBucket, type MemoryObject, type MemorySeed } from '../../lib/adapters/memory/bucket.ts';
import { MemoryObjectSink, type SunkObject } from '../../lib/adapters/memory/object-sink.ts';
import { cosKeyProblem, targetKeyOf } from '../../lib/core/keys.ts';
import { mappingOf } from '../../lib/app/copy-context.ts';
import { NASTY_KEYS, SOURCE_ONLY_KEYS } from '../support/nasty-keys.ts';
import { seededBytes } from '../support/bytes.ts';
import { SimDice } from './dice.ts';
import type { Scenario } from './scenario.ts';
import { EPOCH_MS, type VirtualClock } from './virtual-clock.ts';
import { calm } from '../support/calm.ts';

const MiB = 1024 * 1024;
const DAY_MS = 86_400_000;
/** Divides no part: each part has bytes of its own. */
const LARGE_PERIOD_BYTES = 1_000_003;
/** One large content for all seeds, cut to length: made once. */
let largeContent: Buffer | undefined;

export class Buckets {
  readonly source: MemoryBucket;
  readonly sink: MemoryObjectSink;
  /** Oldest first; a key deleted stays. */
  readonly versions = new Map<string, MemoryObject[]>();
  readonly deleted = new Set<string>();
  /** Made while the run was on: listed or not. */
  readonly added = new Set<string>();
  /** Objects of the target that were not written by us, as they were left by others. */
  readonly foreign = new Map<string, SunkObject>();
  readonly #dice: SimDice;
  readonly #scenario: Scenario;

  private constructor(scenario: Scenario, clock: VirtualClock) {
    this.#scenario = scenario;
    this.#dice = new SimDice(scenario.seed, 'buckets');
    this.source = new MemoryBucket(() => clock.now());
    this.sink = new MemoryObjectSink({ nowMs: () => clock.now(), partBytesMin: 0 });
  }

  static async fill(scenario: Scenario, clock: VirtualClock): Promise<Buckets> {
    const buckets = new Buckets(scenario, clock);
    for (let number = 0; number < scenario.objects; number++)
      buckets.#put(buckets.#newKey(number), buckets.#seed());
    if (scenario.hasLarge) buckets.#put(buckets.#newKey(0), { ...buckets.#seed(), bytes: buckets.#large() });
    for (const key of buckets.source.keys())
      if (buckets.#dice.chance(0.25)) await buckets.#plantInTarget(key);
    for (const key of ['zz/foreign', 'archive/0 foreign']) await buckets.#plantObject(key, seededBytes(7, 9));
    return buckets;
  }

  targetKeyOf(sourceKey: string): string {
    return targetKeyOf(sourceKey, mappingOf(this.#scenario.task));
  }

  /** What others may do at any moment; answers what was done to which key. */
  async meddle(): Promise<readonly [string, string] | undefined> {
    const dice = this.#dice;
    const key = dice.pick([...this.versions.keys(), 'new one']);
    const deed = dice.pick(['change', 'change', 'delete', 'plant'] as const);
    if (deed === 'plant') {
      const target = this.targetKeyOf(key);
      if (this.#scenario.task.conflict !== 'skip' || this.sink.objects.has(target)) return undefined;
      if (cosKeyProblem(target) !== undefined) return undefined;
      await this.#plantObject(target, seededBytes(dice.between(1, 999), 20));
      return ['target object added', target];
    }
    if (deed === 'delete') {
      if (!this.source.delete(key)) return undefined;
      this.deleted.add(key);
      return ['source object deleted', key];
    }
    if (!this.versions.has(key)) this.added.add(key);
    const { lastModified: _, ...fresh } = this.#seed();
    this.#put(key, fresh);
    return ['source object changed', key];
  }

  #put(key: string, seed: MemorySeed): void {
    const versions = this.versions.get(key) ?? [];
    versions.push(this.source.put(key, seed));
    this.versions.set(key, versions);
  }

  #newKey(number: number): string {
    const dice = this.#dice;
    const plain = `${dice.pick(['', 'd/', 'd/e/', 'x'])}${String(number)}`;
    const key = dice.chance(0.6) ? plain : dice.pick(dice.chance(0.1) ? SOURCE_ONLY_KEYS : NASTY_KEYS);
    if (dice.chance(0.02)) return `.oss2cos/${plain}`;
    const prefixed = dice.chance(0.7) ? `in/${key}` : key;
    return Buffer.byteLength(prefixed) > 1_023 ? plain : prefixed;
  }

  #seed(): MemorySeed {
    const dice = this.#dice;
    const size = dice.pick([0, 1, 7, 100, 300]);
    return {
      bytes: seededBytes(dice.between(1, 1_000_000), size),
      headers: dice.pick([{ 'content-type': 'text/plain' }, { 'content-type': 'image/png', expires: '0' }]),
      metadata: dice.pick([
        {},
        {},
        { owner: 'x' },
        { owner: 'y', 'a-b': '' },
        ...(dice.chance(0.1) ? [{ a_b: '1' }] : []),
      ]),
      tags: dice.pick([{}, {}, {}, { colour: 'red', n: '1' }]),
      type: dice.pick(['Normal', 'Normal', 'Normal', 'Multipart', 'Appendable', 'Symlink']),
      storageClass: dice.pick(['Standard', 'Standard', 'IA', 'ColdArchive']),
      lastModified: new Date(EPOCH_MS - dice.between(0, 9) * DAY_MS).toISOString(),
      withoutCrc64: dice.chance(0.1),
      archived: dice.chance(0.05),
    };
  }

  #large(): Buffer {
    largeContent ??= Buffer.alloc(72 * MiB, seededBytes(1, LARGE_PERIOD_BYTES));
    return largeContent.subarray(0, 64 * MiB + this.#dice.between(1, 8 * MiB));
  }

  /** The same content or another, older or newer. */
  async #plantInTarget(sourceKey: string): Promise<void> {
    const key = this.targetKeyOf(sourceKey);
    const source = this.source.get(sourceKey);
    if (cosKeyProblem(key) !== undefined || source === undefined || source.bytes.length > MiB) return;
    const other = seededBytes(this.#dice.between(1, 999), this.#dice.pick([source.bytes.length, 5]));
    await this.#plantObject(key, this.#dice.chance(0.5) ? source.bytes : other);
  }

  async #plantObject(key: string, bytes: Buffer): Promise<void> {
    const attributes = { headers: {}, metadata: {}, tags: {}, storageClass: 'STANDARD' };
    const forever = calm();
    await this.sink.write(
      { key, content: { kind: 'bytes', bytes }, attributes, forbidOverwrite: false },
      forever,
    );
    const written = this.sink.objects.get(key);
    if (written === undefined) return;
    const lastModifiedMs = this.#dice.chance(0.3)
      ? written.lastModifiedMs
      : EPOCH_MS - this.#dice.between(0, 9) * DAY_MS;
    const planted = { ...written, lastModifiedMs };
    this.sink.objects.set(key, planted);
    this.foreign.set(key, planted);
  }
}
