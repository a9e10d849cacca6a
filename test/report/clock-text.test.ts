/** What the log says when somebody has set the clock. */
import {expect, test} from '@jest/globals';
import {clockSetText} from '../../src/report/clock-text.js';

test.each([
  [3 * 3_600_000, 'forward by 3h'],
  [-10_000, 'back by 10s'],
])('%d ms', (stepMs, text) => {
  expect(clockSetText(stepMs)).toBe(
    `the clock was set ${text}: blocks keep the time that they had left`,
  );
});
