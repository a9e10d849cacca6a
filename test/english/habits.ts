/**
 * The habits that make text hard to read: the actor is missing ("is said"), or a pronoun stands for a
 * role ("he", "whoever"). Decides which words are refused, and finds them in prose, in comments and in
 * titles of tests. Which files have to be free of them is for `habits.test.ts`.
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

/** Words that a title does not begin with: they stand there for a role that it does not name. */
const nameless = /^(?:(?:and|nor|not|only) )?(?:what|whom?)\b/i;

/** @returns each habit of a title, for people; a title names the role of which it says something */
export const habitsInTitle = (title: string): string[] => [
  ...habitsIn(title),
  ...(nameless.test(title) ? [`"${title}": name the role: "a client that", "a file that"`] : []),
];

/** The comments of a program, and nothing else of it; one that stands behind code is not among them. */
export const commentsOf = (code: string): string =>
  code
    .split('\n')
    .filter((line) => /^\s*(?:\/\*|\*|\/\/)/.test(line))
    .join('\n');

/**
 * The titles of tests: the first argument of `test`, `describe`, of their `each`, and of functions that
 * are called after them (`testAsRoot`, `describeScenes`, `withFlock`, `inBox`, `whereRoot`, `trial`).
 */
export const titlesOf = (code: string): string[] =>
  [
    ...code.matchAll(
      /(?:[)`]|\b(?:it|test|describe|trial|fullDisk|(?:test|describe|with|where|as|in)[A-Z]\w*|[a-z]+Test))\(\s*('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`),/g,
    ),
  ].map(([, title = '']) => title.slice(1, -1));

/** A page without the text between fences: samples of logs and of output. */
export const withoutFences = (text: string): string => text.replaceAll(/^```.*?^```$/gms, '');
