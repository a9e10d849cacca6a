import {describe, expect, test} from '@jest/globals';
import {roughTime, table} from '../../../src/report/tables/table.js';

describe('roughTime', () => {
  test.each([
    [0, '0s'],
    [-5, '0s'],
    [0.2, '1s'],
    [42, '42s'],
    [60, '1m'],
    [3599, '59m 59s'],
    [3600, '1h'],
    [3900, '1h 5m'],
    [3905, '1h 5m'],
    [86_400, '1d'],
    [86_400 + 60, '1d 1m'],
    [7 * 86_400 - 1, '6d 23h'],
  ])('%d s are %s: the two largest units', (seconds, text) => {
    expect(roughTime(seconds)).toBe(text);
  });
});

describe('table', () => {
  test('columns are as wide as their widest cell, the last one is not padded', () => {
    const rows = [
      ['CLIENT', 'LEFT', 'WHY'],
      ['203.0.113.7', '1h', 'ten names'],
      ['2001:db8::7', '59m 59s', ''],
    ];
    expect(table(rows)).toBe(
      [
        'CLIENT       LEFT     WHY',
        '203.0.113.7  1h       ten names',
        '2001:db8::7  59m 59s  ',
        '',
      ].join('\n'),
    );
  });
});
