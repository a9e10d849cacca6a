/** What `npm start` begins with. */
import {expect, test} from '@jest/globals';

const maker: string = '../../tools/start.mjs';
interface Begun {
  readonly words: readonly string[];
  readonly say: readonly string[];
}
const {begin} = (await import(maker)) as {
  readonly begin: (
    words: readonly string[],
    whyNothing: () => Promise<string | undefined>,
  ) => Promise<Begun>;
};

const can = (): Promise<undefined> => Promise.resolve(undefined);

test('a daemon that somebody tries out leaves no blocks behind, and the line before it says so', async () => {
  const {words, say} = await begin([], can);
  expect(words).toEqual(['run', '--flush-on-exit']);
  expect(say.join(' ')).toMatch(/Ctrl-C .*takes its rules away.*npm start -- --dry-run/);
});

test('where the daemon can do nothing, the sample is shown', async () => {
  const {words, say} = await begin([], () => Promise.resolve('you are not root'));
  expect(words).toEqual(['replay', expect.stringMatching(/etc\/sample\.log$/)]);
  expect(say.join(' ')).toContain('you are not root');
});

test('words of the caller win', async () => {
  expect(await begin(['--dry-run'], can)).toEqual({words: ['--dry-run'], say: []});
});
