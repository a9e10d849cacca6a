/**
 * The habits that make text hard to read: the actor is missing ("is said"), or a pronoun stands for a
 * role ("he", "whoever"). Decides which words are refused, and finds them in prose. Which files have to
 * be free of them is for `habits.test.ts`.
 */

/** Each habit with what to write instead. */
export const habits: readonly {readonly pattern: RegExp; readonly instead: string}[] = [
  {
    pattern:
      /\b(?:is|are|was|were|be|been|being|not|never|only) (?:also )?(?:said|told(?! apart))\b/gi,
    instead: 'name who says it: "the log says", "a warning tells the operator"',
  },
  {pattern: /\b(?:told|(?<!const )heard) of\b/gi, instead: '"reported", "seen"'},
  {
    pattern: /\b(?:is|are|was|were|be|been|being) (?:not )?let go\b/gi,
    instead: '"released", "unblocked"',
  },
  {
    pattern: /\b(?:who(?:so)?ever|whomever|he who|who is left out)\b/gi,
    instead: 'name the role: "a client that", "an operator who"',
  },
  {
    pattern: /\b(?:he|him|his|himself)\b/gi,
    instead: 'name the role: client, sender, user, operator, attacker',
  },
  {pattern: /\bof late\b/gi, instead: '"recently"'},
  {pattern: /\bbeside that\b/gi, instead: '"also"'},
];

/**
 * Quoted text is somebody else's: between backquotes, or between double quotes on one line.
 * What breaks over lines is one text, also behind the `*` or `//` of a comment.
 */
const proseOf = (text: string): string =>
  text
    .replaceAll(/\n[ \t]*(?:\*|\/\/|#)?[ \t]*/g, ' ')
    .replaceAll(/`[^`]*`/g, '`…`')
    .replaceAll(/"[^"]{0,200}"/g, '"…"');

/** @returns each habit with some text around it, for people */
export function habitsIn(text: string): string[] {
  const prose = proseOf(text);
  return habits.flatMap(({pattern, instead}) =>
    [...prose.matchAll(pattern)].map(({index, 0: found}) => {
      const around = prose.slice(Math.max(0, index - 40), index + found.length + 40);
      return `"${found}" in "…${around.trim()}…": ${instead}`;
    }),
  );
}

/** The comments of a program, and nothing else of it; one that stands behind code is not among them. */
export const commentsOf = (code: string): string =>
  code
    .split('\n')
    .filter((line) => /^\s*(?:\/\*|\*|\/\/)/.test(line))
    .join('\n');

/** A page without the text between fences: samples of logs and of output. */
export const withoutFences = (text: string): string => text.replaceAll(/^```.*?^```$/gms, '');
