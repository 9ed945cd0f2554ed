/** What an instance and the runtime tell each other over the instance's channel, and at the end of an event's output. */

export interface EventCall {
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
  readonly context: object;
  readonly credentials: Readonly<Record<string, string>>;
}

export type Report =
  | { readonly kind: 'ready' }
  /** The code could not be loaded. */
  | { readonly kind: 'unloadable'; readonly notFound: boolean; readonly stack: string }
  | { readonly kind: 'answered'; readonly json: string }
  | { readonly kind: 'threw'; readonly stack: string };

/** Ends what was written to stdout and to stderr during one event; no program prints a NUL by chance. */
export function outputEnd(requestId: string): string {
  return `\0end of ${requestId}\n`;
}
