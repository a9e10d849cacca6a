import {expect, test} from '@jest/globals';
import {receivedMs} from '../../../src/complaint/header/date.js';

const by = 'from a by b with ESMTP id x; ';

test.each([
  ['Sun, 29 Nov 2026 15:18:43 GMT', Date.UTC(2026, 10, 29, 15, 18, 43)],
  ['Sun, 29 Nov 2026 16:18:43 +0100 (CET)', Date.UTC(2026, 10, 29, 15, 18, 43)],
  ['Sun, 29 Nov 2026 10:48:43 -0430', Date.UTC(2026, 10, 29, 15, 18, 43)],
  ['1 Jan 2027 00:00:00 +0000 (UTC)', Date.UTC(2027, 0, 1)],
])('%s', (date, ms) => expect(receivedMs(by + date)).toBe(ms));

test.each([
  'now',
  'Sun, 29 Nov 2026 15:18:43',
  'Sun, 29 Foo 2026 15:18:43 GMT',
  'Sun, 99 Nov 2026 15:18:43 GMT',
  'Sun, 29 Nov 2026 25:18:43 GMT',
  'Sun, 29 Nov 2026 15:18:43 GMT; later',
])('%s is no time', (date) => expect(receivedMs(by + date)).toBeUndefined());
