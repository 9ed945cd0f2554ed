import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { jsonLog } from '../../lib/runtime/log.ts';
import { NASTY_KEYS } from '../support/nasty-keys.ts';

it('a log line stays one line of JSON that moves and turns nothing, whatever the key', () => {
  const hostile = ['\u009b2J', '\u202egpj.exe', '\u2028', '\u007f', '\u001b]0;title\u0007', 'a\r\nb'];
  for (const key of [...NASTY_KEYS, ...hostile]) {
    const stream = new PassThrough({ encoding: 'utf8' });
    jsonLog(stream).warn('event', { key });
    const text = stream.read() as string;
    expect(text.endsWith('\n')).toBe(true);
    expect(text.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
    expect(JSON.parse(text)).toMatchObject({ level: 'warn', event: 'event', key });
  }
});
