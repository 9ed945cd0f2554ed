/** Random keys and sizes for properties: short enough to collide, strange enough to hurt. */
import fc from 'fast-check';
import { NASTY_KEYS } from './nasty-keys.ts';

const UNITS = ['a', 'b', '/', '.', ' ', '\u0000', '\uffff', '\ue000', '\ud7ff', '\u{10000}', '\u{10ffff}'];

/** Well-formed Unicode, dense around the places where UTF-8 and UTF-16 order differ. */
export const anyKey: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...UNITS), minLength: 1, maxLength: 5 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom(...NASTY_KEYS) },
);
