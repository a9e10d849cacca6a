/** The small form of `npm run bench -- fuzz`: fewer texts, and the same seeds each time. */
import {describe, expect, test} from '@jest/globals';
import {fuzzParser, fuzzSessions, fuzzTime} from './fuzzing.js';
import {parsers} from './parsers.js';

/** Most seconds, for a very busy machine. Usually the number of texts ends the run. */
const seconds = 30;
/** How often the test looks for what must be found. A count: one or two tries are usual, until the code is compiled. */
const mostTries = 20;

test('hostile sessions: only clients that are there are blamed, nothing throws, guessers are still blocked', () => {
  const {texts, findings} = fuzzSessions(1, {texts: 6000, seconds});
  expect(findings).toEqual([]);
  expect(texts).toBeGreaterThan(1000);
});

describe.each(parsers)('$name', (parser) => {
  test('spoilt texts: nothing throws', () => {
    const {texts, findings} = fuzzParser(parser, 1, {texts: 500, seconds});
    expect(findings).toEqual([]);
    expect(texts).toBeGreaterThan(50);
  });

  test('repeated parts: no more time than their share', () => {
    expect(fuzzTime(parser, 1, {texts: 2, seconds}, 400).findings).toEqual([]);
  });
});

test('the check finds code that throws, and code that is quadratic', () => {
  const throws = {
    name: 'x',
    texts: ['abc'],
    read: (text: string) => void text.charAt(3).at(0)!.at(0),
  };
  expect(fuzzParser(throws, 1, {texts: 200, seconds}).findings[0]).toMatch(/^x: threw TypeError/);
  const quadratic = {name: 'x', texts: ['a>>x'], read: pairs};
  // V8 compiles the code meanwhile. On a busy machine that can happen between the short text and the long one,
  // which then seems cheap. So it is measured again.
  let grows: string | undefined;
  for (let tries = 0; tries < mostTries && grows === undefined; tries++)
    [grows] = fuzzTime(quadratic, 1, {texts: 1, seconds}, 600).findings;
  expect(grows).toMatch(/^x: grows by/);
});

/** A slow reader: compares all pairs of characters, with each eighth as the second. */
function pairs(text: string): void {
  let same = 0;
  for (let i = 0; i < text.length; i++) {
    for (let j = 0; j < text.length; j += 8) same += text.charCodeAt(i) ^ text.charCodeAt(j);
  }
  if (same === -1) throw new Error(text);
}
