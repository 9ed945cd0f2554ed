/**
 * Lets the handles that this process has on one file take turns. SQLite's own lock would have one wait for the other
 * with the event loop stopped, and so for ever.
 */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #taken = false;

  /** Resolves when it is the caller's turn, first come, first served; `leave` ends the turn. */
  async enter(): Promise<void> {
    if (this.#taken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken = true;
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken = false;
    else next();
  }

  async turn<T>(work: () => T): Promise<T> {
    await this.enter();
    try {
      return work();
    } finally {
      this.leave();
    }
  }
}

/** What the handles of one file share within this process. */
export interface FilePeers {
  readonly gate: Gate;
  /** Called with the topic after messages were sent, through any of the handles. */
  readonly listeners: Set<(topic: string) => void>;
}

const peersByPath = new Map<string, FilePeers & { handles: number }>();

/** `path` resolved; each call is undone by one `leaveFile`. */
export function joinFile(path: string): FilePeers {
  const peers = peersByPath.get(path) ?? { gate: new Gate(), listeners: new Set(), handles: 0 };
  peers.handles++;
  peersByPath.set(path, peers);
  return peers;
}

export function leaveFile(path: string): void {
  const peers = peersByPath.get(path);
  if (peers !== undefined && --peers.handles === 0) peersByPath.delete(path);
}
