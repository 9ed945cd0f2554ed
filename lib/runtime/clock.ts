/** The real clock and real dice: the only place where time and chance come in. */
import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Dice } from '../ports/clock.ts';

/** Timers take at most 2^31-1 ms; nobody here waits longer. */
const SLEEP_MS_MAX = 0x7fffffff;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await delay(Math.min(ms, SLEEP_MS_MAX), undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

export const systemDice: Dice = {
  random: () => randomInt(0x1_0000_0000) / 0x1_0000_0000,
  unique: () => Array.from(randomBytes(16), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join(''),
};
