/** The bar: now and then, no wider than it says, nothing hostile in it, and gone at the end. */
import {describe, expect, test} from '@jest/globals';
import {progressBar} from '../../../src/cli/face/progress.js';
import {blocksmtp, temporary} from '../built.js';

function bar() {
  const written: string[] = [];
  let nowMs = 1000;
  const progress = progressBar(
    (text) => void written.push(text),
    () => nowMs,
  );
  const show = (name: string, readBytes: number, sizeBytes: number | undefined, atMs: number) => {
    nowMs = atMs;
    progress.show({name, sizeBytes, readBytes: () => readBytes});
  };
  return {written, show, end: progress.end};
}

const dots = (full: number): string => '#'.repeat(full) + '.'.repeat(30 - full);

describe('progressBar', () => {
  test.each([
    [0, 100e6, `[${dots(0)}] 0 %  0 MB`],
    [50e6, 100e6, `[${dots(15)}] 50 %  50 MB`],
    [99.9e6, 100e6, `[${dots(30)}] 99 %  100 MB`],
    [100e6, 100e6, `[${dots(30)}] 100 %  100 MB`],
    // It has grown meanwhile.
    [200e6, 100e6, `[${dots(30)}] 100 %  200 MB`],
    [7e6, undefined, '7 MB'],
    [7e6, 0, '7 MB'],
  ])('%d of %d bytes', (readBytes, sizeBytes, picture) => {
    const {written, show} = bar();
    show('mail.log', readBytes, sizeBytes, 1100);
    expect(written).toEqual([`\r\x1b[Kmail.log  ${picture}`]);
  });

  test('shows at most ten pictures a second', () => {
    const {written, show} = bar();
    for (let ms = 1000; ms < 2000; ms++) show('mail.log', ms, 2000, ms);
    expect(written).toHaveLength(9);
  });

  test('is taken away at the end, once, and only if it was there', () => {
    const {written, show, end} = bar();
    end();
    expect(written).toEqual([]);
    show('mail.log', 1, 2, 1100);
    end();
    end();
    expect(written.slice(1)).toEqual(['\r\x1b[K']);
  });

  test('a file may have any name', () => {
    const {written, show} = bar();
    show('\x1b[31m\x9b\n.log', 1, 2, 1100);
    expect(written.join('').replace('\r\x1b[K', '')).toMatch(/^[\x20-\x7e]+$/);
  });
});

test('without a terminal there is no bar, and a reader that goes away is no fault', () => {
  const files = temporary();
  const log = files.write('mail.log', 'Nov 21 11:51:44 relay sm-mta[7]: x\n'.repeat(200_000));
  const words = [`--config=${files.write('c.toml', '')}`, `--white-list=${files.write('w', '')}`];
  const whole = blocksmtp(['replay', log, ...words]);
  expect([whole.code, whole.stderr]).toEqual([0, '']);
  const pipe = (program: string, all: readonly string[]): string[] => [
    'sh',
    '-c',
    '{ "$@"; echo "ended $?" >&2; } | head -n 1',
    'sh',
    program,
    ...all,
  ];
  const cut = blocksmtp(['explain', log, ...words], pipe);
  expect([cut.stdout.split('\n').length, cut.stderr]).toEqual([2, 'ended 0\n']);
  files.remove();
});
