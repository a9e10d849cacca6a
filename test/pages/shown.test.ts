/**
 * Holds what the pages show to the program: each command line has only words that the program knows, and
 * each sample behind `<!-- output of: … -->` is what the program prints. `npm run pages` prints the samples
 * anew. Needs `dist/blocksmtp.js`.
 */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import {makeProgram} from '../../src/cli/program.js';
import {splitAtCommand} from '../../src/cli/rows/words.js';
import {commandFirst} from '../../src/cli/command-first.js';
import {commands} from '../../src/cli/command-table.js';
import {blocksmtp} from '../cli/built.js';
import {noProgress} from '../../src/cli/face/progress.js';
import {commandLinesIn, pages, samplesIn} from './shown.js';

const wrong = '--no-such-word';

/** Words that the pages use for something that the reader puts in. */
const filledIn: Readonly<Record<string, string>> = {
  ADDRESS: '203.0.113.7',
  TIME: '5m',
  NETWORK: '203.0.113.0/24',
  ID: '01234567-89ab-4def-8123-456789abcdef',
};

/**
 * What the program has against these words. One more is put in that no command knows, so that nothing
 * is done: the words are judged, and then refused.
 */
async function complaintsOf(words: readonly string[]): Promise<string[]> {
  const complained: string[] = [];
  const {ours, command} = splitAtCommand(
    commandFirst(['node', 'blocksmtp', ...words.map((word) => filledIn[word] ?? word)], commands),
  );
  const at = ours.findIndex((word) => commands.some((each) => each.words.split(' ')[0] === word));
  const given = ours.toSpliced(at < 0 ? ours.length : at + 1, 0, wrong);
  const output = {
    progress: noProgress,
    print: () => undefined,
    complain: (message: string) => void complained.push(message),
  };
  const surroundings = {
    ...{version: '0', output, behind: command, finish: () => undefined},
    signals: {onStop: () => undefined, onReload: () => undefined},
  };
  const program = makeProgram(surroundings);
  for (const each of [program, ...program.commands]) {
    each.exitOverride().configureOutput({writeErr: () => undefined, writeOut: () => undefined});
  }
  await program.parseAsync(given).catch(() => undefined);
  return complained;
}

/** Of the words alone: what stands in files is not the page's. */
const ofTheLine = (complaint: string): boolean =>
  /^(?:command line|--[a-z-]+): /.test(complaint) && !complaint.includes(wrong);

describe('the check of command lines', () => {
  test('finds a wrong word, a wrong value and a command that does not exist', async () => {
    for (const words of [['list', '--jsn'], ['run', '--threshold=1'], ['lst'], ['block']]) {
      expect((await complaintsOf(words)).filter(ofTheLine)).not.toEqual([]);
    }
  });

  test('does nothing, and finds nothing in a good line', async () => {
    const complaints = await complaintsOf(['block', '203.0.113.7', '--for', '1h']);
    expect(complaints).toEqual([expect.stringContaining(wrong)]);
  });
});

describe.each(pages)('%s', (page) => {
  test('shows command lines that the program takes', async () => {
    for (const words of commandLinesIn(page)) {
      if (words[0] === 'help' || words.includes('--help') || words[0] === '--version') continue;
      // `why` alone is the name of the command, and needs no address.
      const isName = (complaint: string): boolean =>
        words.length === 1 && /^command line: no [A-Z]/.test(complaint);
      const complaints = (await complaintsOf(words)).filter(
        (complaint) => ofTheLine(complaint) && !isName(complaint),
      );
      expect([words.join(' '), complaints]).toEqual([words.join(' '), []]);
    }
  });

  test('shows output as the program prints it', () => {
    let text = readFileSync(page, 'utf8');
    for (const {begin, words, lines} of samplesIn(text)) {
      const {stdout} = blocksmtp([...words, '--white-list=/dev/null']);
      const [from, to] = lines ?? [1, Infinity];
      const output = stdout
        .trimEnd()
        .split('\n')
        .slice(from - 1, to)
        .join('\n');
      const [before = '', rest = ''] = text.split(begin);
      // The sample may be empty, as it is before it is first printed.
      const after = rest.startsWith('```\n') ? `\n${rest}` : rest.slice(rest.indexOf('\n```\n'));
      text = `${before}${begin}${output}${after}`;
    }
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, text);
    else expect(readFileSync(page, 'utf8')).toBe(text);
  });
});

test('the pages show command lines, and samples', () => {
  expect(pages.flatMap(commandLinesIn).length).toBeGreaterThan(100);
  expect(pages.flatMap((page) => samplesIn(readFileSync(page, 'utf8'))).length).toBeGreaterThan(0);
});

/** The sources as one text, in which any value that is put into a message is `${…}`. */
const messages = readdirSync('src', {recursive: true, encoding: 'utf8'})
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(`src/${name}`, 'utf8').replaceAll(/\$\{[^}]*\}/g, '${…}'))
  .join('\n');

test('docs/troubleshooting.md quotes messages that the program has', () => {
  const text = readFileSync('docs/troubleshooting.md', 'utf8');
  const quoted = [...text.matchAll(/says `([^`]+)`/g)].map(([, quote = '']) => quote);
  expect(quoted.length).toBeGreaterThan(8);
  for (const quote of quoted.filter((each) => !['blocked'].includes(each))) {
    const asWritten = quote.replaceAll(/[0-9a-f.:]+\/\d+/g, '${…}').replace(/\bdrops it$/, '${…}');
    expect(messages).toContain(asWritten);
  }
});
