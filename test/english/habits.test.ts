/**
 * Holds comments, titles of tests, messages, help and pages to plain English: none has one of the worst habits
 * (`habits.ts`). Style beyond that is for a reader to judge.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from '@jest/globals';
import {commentsOf, habits, habitsIn, habitsInTitle, titlesOf, withoutFences} from './habits.js';

const filesBelow = (folder: string, name: RegExp): string[] =>
  readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .filter((file) => name.test(file))
    .sort()
    .map((file) => join(folder, file));

const read = (path: string): string => readFileSync(path, 'utf8');

describe('the check itself', () => {
  const samples = [
    'Each problem is said.',
    'Such a user is not told.',
    'The daemon told of it.',
    'A connection that is let go.',
    'Whoever reads the log.',
    'Who is left out waits.',
    'It is blocked by his next sign.',
    'Clients that were seen of late.',
    'Beside that no more are made.',
  ];

  test.each(samples)('finds the habit in: %s', (sample) => {
    expect(habitsIn(sample)).toHaveLength(1);
  });

  test('finds each habit in a sample', () => {
    const found = habits.filter(({pattern}) => samples.some((sample) => sample.match(pattern)));
    expect(found).toEqual(habits);
  });

  test('finds one that is broken over two lines of a comment', () => {
    const code = '/**\n * What the log says\n * is\n * said.\n */\nconst his = 1; // code\n';
    expect(habitsIn(commentsOf(code))).toHaveLength(1);
  });

  test('passes over quoted text, fences, and words that only look alike', () => {
    expect(
      habitsIn('The log says "nobody is told", and `he` is a tag. This is the history.'),
    ).toEqual([]);
    expect(habitsIn(withoutFences('a\n```\nis said\n```\nb'))).toEqual([]);
    expect(habitsIn('The two are told apart.')).toEqual([]);
  });
});

describe('titles of tests', () => {
  test('are found in each form of a call, also on the next line', () => {
    const code = [
      "describe('one', () => {",
      "  test('two isn\\'t three', async () => {",
      '  testAsRoot(\n    "three",\n    () => 1,',
      '  test.each([1, 2])(`four ${4}`, () => {',
      '  test.each`a | b`("five", () => {',
      "  describeInNamespace('six', 'default', (namespace) => {",
      "  await until('no title', () => true); expect('none').toBe('none');",
    ];
    expect(titlesOf(code.join('\n'))).toEqual([
      ...['one', "two isn\\'t three", 'three', 'four ${4}', 'five', 'six'],
    ]);
  });

  test.each([
    ...['who is blocked waits', 'What is lost is logged', 'not whom it names', 'nor what is left'],
    'the loss is said',
  ])('with a habit are refused: %s', (title) => {
    expect(habitsInTitle(title)).toHaveLength(1);
  });

  test.each(['a client that is blocked waits', 'whose user it was', 'only whole lines count'])(
    'without one are taken: %s',
    (title) => {
      expect(habitsInTitle(title)).toEqual([]);
    },
  );
});

test.each(filesBelow('test', /\.ts$/))('the titles of %s are plain', (path) => {
  expect(titlesOf(read(path)).flatMap(habitsInTitle)).toEqual([]);
});

test.each(filesBelow('src', /\.ts$/))('%s is plain', (path) => {
  expect(habitsIn(read(path).replaceAll("\\'", '’'))).toEqual([]);
});

test.each([
  ...filesBelow('test', /\.(?:ts|mjs|as)$/).filter((path) => !path.startsWith('test/english/')),
  ...filesBelow('tools', /\.mjs$/),
])('the comments of %s are plain', (path) => {
  expect(habitsIn(commentsOf(read(path)))).toEqual([]);
});

test.each([
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...filesBelow('docs', /\.md$/),
  ...filesBelow('etc', /^blocksmtp/),
  ...filesBelow('init', /./),
])('%s is plain', (path) => {
  expect(habitsIn(withoutFences(read(path)))).toEqual([]);
});
