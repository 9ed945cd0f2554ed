/** Keeps secrets out of whatever leaves the process: messages of stores and of the system may quote what they were sent. */
import type { Writable } from 'node:stream';
import type { Redact } from './context.ts';

const REDACTED = '[redacted]';

/** Replaces each secret, as it stands, percent-encoded (in an address), escaped (in JSON) or in base64. */
export function redactor(secrets: readonly string[]): Redact {
  const forms = secrets
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      base64(secret),
    ])
    .filter((form) => form !== '')
    .sort((a, b) => b.length - a.length); // a secret may be a part of another
  return (text) => forms.reduce((rest, form) => rest.replaceAll(form, REDACTED), text);
}

/** Without the padding, which is not there where something follows. */
function base64(secret: string): string {
  return Buffer.from(secret).toString('base64').replace(/=+$/, '');
}

/**
 * The stream itself, but for what is written: a terminal stays one. Each write is looked at alone: write whole lines.
 */
export function redactedStream<S extends Writable>(stream: S, redact: Redact): S {
  const write = (chunk: string | Uint8Array) => stream.write(redact(Buffer.from(chunk as string).toString()));
  return Object.create(stream, { write: { value: write } }) as S;
}
