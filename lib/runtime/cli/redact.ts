/** Keeps secrets out of whatever leaves the process: messages of stores and of the system may quote what they were sent. */
import { Writable } from 'node:stream';

const REDACTED = '[redacted]';

/** Replaces each secret, as it stands, percent-encoded (in an address) or escaped (in JSON). */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    .filter((form) => form !== '')
    .sort((a, b) => b.length - a.length); // a secret may be a part of another
  return (text) => forms.reduce((rest, form) => rest.replaceAll(form, REDACTED), text);
}

/** What a terminal tells of itself; undefined of all else. */
interface TerminalTraits {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Writes on to `stream` what `redact` leaves. Each write is looked at alone: write whole lines. */
export function redactedStream(
  stream: Writable & TerminalTraits,
  redact: (text: string) => string,
): Writable & TerminalTraits {
  const outlet = new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      stream.write(redact(chunk.toString()));
      done();
    },
  });
  return Object.defineProperties(outlet, {
    isTTY: { get: () => stream.isTTY },
    columns: { get: () => stream.columns },
  });
}
