/**
 * What the pages show of the program: the command lines, and the samples of output that a command makes.
 * Only finds them; `shown.test.ts` holds them to the program.
 */
import {readdirSync, readFileSync} from 'node:fs';

export const pages: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md'],
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];

/** Splits as a shell does, as far as the pages need it; ends before a comment, a pipe or a redirection. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  const parts = line.matchAll(/\s*(?:('[^']*'|"[^"]*"|\\.|[^\s'"\\]+)+)/g);
  for (const [part] of parts) {
    const word = part.trim();
    if (/^(?:#|\||&&|;|>|\d?>)/.test(word)) break;
    words.push(word.replaceAll(/^['"]|['"]$/g, '').replace(/;$/, ''));
  }
  return words;
}

/** @returns each with the words behind `blocksmtp`, once */
export function commandLinesIn(page: string): string[][] {
  const text = readFileSync(page, 'utf8');
  const fences = [...text.matchAll(/^```[a-z]*\n(.*?)^```$/gms)].flatMap(([, body = '']) =>
    body.split('\n'),
  );
  const spans = [...text.replaceAll(/^```.*?^```$/gms, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, span = '']) => span.replaceAll('\\|', '|'),
  );
  const lines = [...fences, ...spans].flatMap((line) => {
    const [, words] = /^(?:[#$] )?(?:unshare --net )?blocksmtp(?: (.*))?$/.exec(line) ?? [];
    // An option in brackets or dots is the form of a command, and no command line.
    return words === undefined || /[…[\]]|\.\.\./.test(words) ? [] : [words];
  });
  return [...new Set(lines)].map(wordsOf);
}

/** A fence behind `<!-- output of: blocksmtp WORDS -->`, or of some of its lines: `, lines 3-7`. */
export interface Sample {
  readonly begin: string;
  readonly words: readonly string[];
  /** First and last line, from 1; undefined: all. */
  readonly lines: readonly [number, number] | undefined;
}

export function samplesIn(text: string): Sample[] {
  const form = /<!-- output of: blocksmtp (.+?)(?:, lines (\d+)-(\d+))? -->\n\n```\n/g;
  return [...text.matchAll(form)].map(([begin, words = '', from, to]) => ({
    begin,
    words: wordsOf(words),
    lines: from === undefined ? undefined : [Number(from), Number(to)],
  }));
}
