import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { redactedStream, redactor } from '../../lib/runtime/cli/redact.ts';

describe('redactor', () => {
  it('leaves nothing of a secret, wherever it stands and however often', () => {
    const redact = redactor(['s3cret']);
    expect(redact('s3cret in "s3cret", xs3crety')).toBe('[redacted] in "[redacted]", x[redacted]y');
    expect(redact('s3cret '.repeat(10))).toBe('[redacted] '.repeat(10));
  });

  it('finds a secret that was percent-encoded into an address', () => {
    const redact = redactor(['to+ken/==']);
    expect(redact('GET /?security-token=to%2Bken%2F%3D%3D&x=1')).toBe('GET /?security-token=[redacted]&x=1');
  });

  it('finds a secret that was escaped into JSON', () => {
    expect(redactor(['quo"te'])(JSON.stringify({ sent: 'quo"te' }))).toBe('{"sent":"[redacted]"}');
  });

  it('finds a secret that was written in base64, with and without padding', () => {
    for (const secret of ['s3cret', 's3cret!', 's3cret!?']) {
      const encoded = Buffer.from(secret).toString('base64');
      expect(redactor([secret])(`Basic ${encoded}`)).toMatch(/^Basic \[redacted\]=*$/);
    }
  });

  it('leaves no rest where one secret is a part of another', () => {
    expect(redactor(['key', 'key-and-more'])('key-and-more, key')).toBe('[redacted], [redacted]');
  });

  it('leaves text alone where there are no secrets', () => {
    expect(redactor([])('oss2cos')).toBe('oss2cos');
    expect(redactor([''])('oss2cos')).toBe('oss2cos');
  });
});

describe('redactedStream', () => {
  it('passes on what is left, and what the terminal tells of itself', () => {
    let text = '';
    const stream = Object.assign(
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          text += chunk.toString();
          done();
        },
      }),
      { isTTY: true, columns: 100 },
    );
    const redacted = redactedStream(stream, redactor(['s3cret']));
    expect(redacted).toBeInstanceOf(Writable);
    redacted.write('told: s3cret\n');
    redacted.write(Buffer.from('也 s3cret'));
    expect(text).toBe('told: [redacted]\n也 [redacted]');
    expect([redacted.isTTY, redacted.columns]).toEqual([true, 100]);
  });
});
