/** Faults of every kind at once, on both stores, for as long as the storm lasts. */
import type { Migration } from '../../test/support/migration.ts';
import type { Fault, FaultHandle, FaultRule } from '../../test/standins/kernel/faults.ts';
import { CONTENT } from './source.ts';

/** Of the requests that a fault can befall. */
const COMMON = 0.01;
/** A refusal slows everything down for seconds, as it is meant to. */
const SELDOM = 0.001;
/** What holds a lane for the whole of the client's patience, a minute: more of it, and nothing else would happen. */
const RARE = 0.0005;

/** Of all requests, while a store throttles for a while. */
const THROTTLED = 0.5;

type Rule = readonly [fault: Fault, when?: FaultRule['when'], probability?: number];

const BOTH: readonly Rule[] = [
  [{ kind: 'status', status: 503, code: 'SlowDown' }, {}, SELDOM],
  [{ kind: 'status', status: 500, code: 'InternalError' }],
  [{ kind: 'statusAfter', status: 500, code: 'InternalError' }],
  [{ kind: 'reset' }],
  [{ kind: 'resetAfter' }],
  [{ kind: 'slow', bytesPerSecond: 300_000 }],
  [{ kind: 'truncate', afterBytes: 100 }, { method: 'GET' }],
  [{ kind: 'stall' }, {}, RARE],
  [{ kind: 'stallAfter' }, {}, RARE],
  [{ kind: 'stall', afterBytes: 50 }, { method: 'GET' }, RARE],
];

const OSS: readonly Rule[] = [
  ...BOTH,
  [
    { kind: 'corrupt', atByte: 3 },
    { action: 'GetObject', key: CONTENT },
  ],
];

const COS: readonly Rule[] = [
  ...BOTH,
  [
    { kind: 'corrupt', atByte: 3 },
    { action: 'PutObject', key: CONTENT },
  ],
  [
    { kind: 'corrupt', atByte: 3 },
    { action: 'UploadPart', key: CONTENT },
  ],
  [{ kind: 'errorIn200', code: 'InternalError' }, { action: 'CompleteMultipartUpload' }, 0.2],
];

/** Each once in any case, in the midst of copying, however short the storm. */
const ONCE: readonly Rule[] = [
  [{ kind: 'stall' }, { action: 'GetObject', nth: 100 }],
  [
    { kind: 'stall', afterBytes: 50 },
    { action: 'GetObject', nth: 200 },
  ],
  [{ kind: 'stallAfter' }, { action: 'PutObject', key: CONTENT, nth: 300 }],
];

export class Storm {
  private readonly m: Migration;
  private readonly raised: { readonly kind: string; readonly handle: FaultHandle }[] = [];

  constructor(m: Migration) {
    const { oss, cos } = m;
    this.m = m;
    for (const [fault, when] of ONCE) {
      for (const { faults } of [oss, cos]) {
        this.raised.push({
          kind: fault.kind,
          handle: faults.add({ ...(when && { when }), times: 1, fault }),
        });
      }
    }
    for (const [side, rules] of [
      [oss, OSS],
      [cos, COS],
    ] as const) {
      for (const [fault, when, probability = COMMON] of rules) {
        const handle = side.faults.add({ when: { ...when, probability }, fault });
        this.raised.push({ kind: fault.kind, handle });
      }
    }
  }

  /** Both stores refuse half of what they are asked, until the answer is called. */
  throttle(): () => void {
    const fault: Fault = { kind: 'status', status: 503, code: 'SlowDown' };
    const when = { probability: THROTTLED };
    const handles = [this.m.oss, this.m.cos].map(({ faults }) => faults.add({ when, fault }));
    this.raised.push(...handles.map((handle) => ({ kind: 'throttled', handle })));
    return () => {
      for (const handle of handles) handle.remove();
    };
  }

  heal(): void {
    for (const { handle } of this.raised) handle.remove();
  }

  /** How often each kind struck. */
  get counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { kind, handle } of this.raised) counts[kind] = (counts[kind] ?? 0) + handle.fired;
    return counts;
  }
}
