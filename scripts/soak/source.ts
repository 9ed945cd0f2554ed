/** The source of a soak: objects of all sizes, some of which change or vanish while they are copied. */
import { type Migration, SOURCE } from '../../test/support/migration.ts';
import { type Body, generatedBody, type StoredObject } from '../../test/standins/kernel/object.ts';
import type { Dice } from './dice.ts';

/** All keys of the source; state objects have others. */
export const CONTENT = /^soak\//;

const KIB = 1024;
const MIB = 1024 * KIB;
/** One in so many objects is one that will not stay as it is. */
const ONE_MOVES_IN = 20;

export class MovingSource {
  /** What each key has ever held: a copy may be of any of these. */
  readonly versions = new Map<string, StoredObject[]>();
  /** Read by the migration, and by nobody else, since it began. */
  bytesRead = 0;
  changes = 0;
  removals = 0;
  private readonly m: Migration;
  private readonly dice: Dice;
  private readonly moving: string[] = [];

  constructor(m: Migration, dice: Dice) {
    this.m = m;
    this.dice = dice;
  }

  async fill(objects: number): Promise<void> {
    for (let i = 0; i < objects; i++) {
      const key = `soak/${String(i % 7)}/é ${String(i)}`;
      if (i % ONE_MOVES_IN === 0) this.moving.push(key);
      await this.put(key, this.size());
    }
    for (const size of [66 * MIB, 71 * MIB + 1]) await this.put(`soak/large ${String(size)}`, size);
    await this.put('soak/empty', 0);
    this.bytesRead = 0;
  }

  /** One object changes, now and then one vanishes. */
  async disturb(): Promise<void> {
    const key = this.moving[this.dice.between(0, this.moving.length)];
    if (key === undefined || this.m.oss.store(SOURCE).get(key) === undefined) return;
    if (this.dice.next() < 0.3) {
      this.m.oss.store(SOURCE).delete(key);
      this.removals++;
    } else {
      await this.put(key, this.size());
      this.changes++;
    }
  }

  get bytes(): number {
    let sum = 0;
    for (const key of this.m.oss.store(SOURCE).keys()) sum += this.m.oss.store(SOURCE).get(key)?.size ?? 0;
    return sum;
  }

  private async put(key: string, size: number): Promise<void> {
    const body = this.counted(generatedBody(this.dice.between(0, 1e9), size));
    const type = this.dice.next() < 0.2 ? 'Multipart' : 'Normal';
    const before = this.bytesRead;
    await this.m.oss.seed(SOURCE, { key, body, type, meta: { size: String(size) } });
    this.bytesRead = before; // what seeding reads to compute the checksums
    const object = this.m.oss.store(SOURCE).get(key);
    if (object !== undefined) this.versions.set(key, [...(this.versions.get(key) ?? []), object]);
  }

  private counted(body: Body): Body {
    return {
      size: body.size,
      read: (from, to) => {
        this.bytesRead += to - from;
        return body.read(from, to);
      },
    };
  }

  private size(): number {
    const draw = this.dice.next();
    if (draw < 0.75) return this.dice.between(1, 4 * KIB);
    if (draw < 0.985) return this.dice.between(4 * KIB, 64 * KIB);
    return draw < 0.998 ? this.dice.between(64 * KIB, MIB) : this.dice.between(MIB, 12 * MIB);
  }
}
