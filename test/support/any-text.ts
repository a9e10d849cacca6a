/**
 * Any character, for texts that strangers write: `fc.string({unit: anyCharacter})`. fast-check's own
 * `binary` is the same, but builds a table of a million characters in each test file,
 * which takes most of a second.
 */
import fc from 'fast-check';

const surrogates = {first: 0xd800, count: 0x800} as const;
const lastCharacter = 0x10ffff;

export const anyCharacter: fc.Arbitrary<string> = fc
  .nat({max: lastCharacter - surrogates.count})
  .map(
    (at) => String.fromCodePoint(at < surrogates.first ? at : at + surrogates.count),
    // So that fast-check can put in words that are dangerous as keys, and make texts shorter.
    (text) => {
      const at = typeof text === 'string' ? text.codePointAt(0) : undefined;
      if (at === undefined || text !== String.fromCodePoint(at)) throw new Error('no character');
      return at < surrogates.first ? at : at - surrogates.count;
    },
  );
