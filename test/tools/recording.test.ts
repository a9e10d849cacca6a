/**
 * The recording in `docs/`: it is well formed, and what stands in it is what the program prints today.
 * `node tools/recording.mjs` makes it anew.
 */
import {readFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import {blocksmtp} from '../cli/built.js';

/** Its types are those below. */
const maker: string = '../../tools/recording-text.mjs';
const made = (await import(maker)) as {
  columns: number;
  castOf: (steps: readonly Step[]) => string;
  svgOf: (steps: readonly Step[]) => string;
};

interface Step {
  readonly say: string;
  readonly run: string;
  readonly output: string;
}

const eventsOf = (cast: string): [number, string, string][] =>
  cast
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as [number, string, string]);

const steps: Step[] = [
  {say: 'First.', run: 'a <b>', output: `${'x'.repeat(made.columns + 1)}\nend & more\n`},
  {say: 'Then.', run: 'c', output: ''},
];

describe('docs/demo.cast', () => {
  const cast = readFileSync('docs/demo.cast', 'utf8');
  const events = eventsOf(cast);
  const seen = events.map(([, , text]) => text).join('');

  test('is an asciicast of version 2, and time runs forward', () => {
    expect(JSON.parse(cast.split('\n')[0] ?? '')).toMatchObject({version: 2, width: made.columns});
    for (const [index, [seconds, kind]] of events.entries()) {
      expect(kind).toBe('o');
      expect(seconds).toBeGreaterThanOrEqual(events[index - 1]?.[0] ?? 0);
    }
  });

  test('shows the replay as the program prints it now', () => {
    const {code, stdout} = blocksmtp(['replay', 'etc/sample.log', '--white-list=/dev/null']);
    expect(code).toBe(0);
    expect(seen.replaceAll('\r\n', '')).toContain(stdout.replaceAll('\n', ''));
  });

  test.each(['list', 'why 192.0.2.66', 'unblock 192.0.2.66'])('shows blocksmtp %s', (words) => {
    expect(seen).toContain(`# blocksmtp ${words}\r\n`);
  });

  test('has no path of the machine on which it was made', () => {
    expect(seen).not.toMatch(/\/tmp\/|\/home\/|dist\//);
  });

  test('and docs/demo.svg shows the same lines', () => {
    const svg = readFileSync('docs/demo.svg', 'utf8');
    expect(svg).toContain('# blocksmtp why 192.0.2.66</text>');
    expect(svg).toContain('192.0.2.66 is unblocked</text>');
  });
});

test('castOf: breaks lines at the width of the screen, and keeps every character', () => {
  const seen = eventsOf(made.castOf(steps))
    .map(([, , text]) => text)
    .join('');
  expect(seen).toContain(`${'x'.repeat(made.columns)}\r\nx\r\nend & more\r\n`);
});

test('svgOf: text is text, and each step has its part of the time', () => {
  const svg = made.svgOf(steps);
  expect(svg).toContain('# a &lt;b&gt;</text>');
  expect(svg).toContain('end &amp; more</text>');
  expect(svg.match(/@keyframes f\d/g)).toEqual(['@keyframes f0', '@keyframes f1']);
});
