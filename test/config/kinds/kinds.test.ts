import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {aboutText, durationText, readDuration} from '../../../src/base/duration.js';
import type {Kind, Raw} from '../../../src/config/kinds/kind.js';
import {networks} from '../../../src/config/kinds/lists.js';
import {
  duration,
  number,
  onOff,
  optionalAddress,
  optionalPath,
  path,
  schedule,
  text,
} from '../../../src/config/kinds/scalars.js';
import {addresses} from '../../net/samples.js';

function valueOf<Value>(kind: Kind<Value>, raw: Raw): Value | 'refused' {
  const read = kind.read(raw);
  if (read.ok) return read.value;
  expect(read.expected).toBe(kind.bounds);
  return 'refused';
}

test.each(['0.0.0.0/0', '::/0', '192.0.2.25,0.0.0.0/0'])(
  'the network %s is everybody, and the refusal says so',
  (written) => {
    expect(valueOf(networks, written)).toBe('refused');
    expect(networks.bounds).toContain('(never /0)');
  },
);

describe('readDuration', () => {
  test.each([
    ['90s', 90],
    ['10m', 600],
    ['1h', 3600],
    ['7d', 604_800],
    ['3600', 3600],
    ['0', 0],
    ['0d', 0],
    [' 10m ', 600],
    ['007', 7],
    ['999999999d', 999_999_999 * 86_400],
  ])('%s is %i seconds', (written, seconds) => {
    expect(readDuration(written)).toBe(seconds);
  });

  test.each(['', 's', '-1', '+1', '1.5h', '1e3', '1w', '1 h', '1h30m', '1H', '0x10', '1_000', '٣'])(
    '%s is no time',
    (written) => {
      expect(readDuration(written)).toBeUndefined();
    },
  );

  test('ten digits are refused, so that a time stays an exact number of ms', () => {
    expect(readDuration('1000000000')).toBeUndefined();
  });
});

test.each([
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [734, '12m'],
  [7199, '119m'],
  [11_000, '3h'],
  [200_000, '2d'],
])('aboutText: %d seconds are %s', (seconds, about) => {
  expect(aboutText(seconds)).toBe(about);
});

describe('durationText', () => {
  test.each([
    [0, '0s'],
    [59, '59s'],
    [90, '90s'],
    [60, '1m'],
    [3600, '1h'],
    [5400, '90m'],
    [86_400, '1d'],
    [7 * 86_400, '7d'],
    [86_401, '86401s'],
  ])('%i seconds are %s, in the largest whole unit', (seconds, written) => {
    expect(durationText(seconds)).toBe(written);
  });

  test('readDuration ∘ durationText is the identity', () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), (seconds) => {
        expect(readDuration(durationText(seconds))).toBe(seconds);
      }),
      {numRuns: 2000},
    );
  });
});

describe('duration', () => {
  const kind = duration('1m', '1d');

  test.each([
    ['60', 60],
    ['1d', 86_400],
    [3600, 3600],
    ['59s', 'refused'],
    ['86401', 'refused'],
    ['2d', 'refused'],
    [true, 'refused'],
    [1.5, 'refused'],
    [-60, 'refused'],
    ['', 'refused'],
  ])('from 1m to 1d: %j is %s', (raw, value) => {
    expect(valueOf(kind, raw)).toBe(value);
  });

  test('bounds that are no times are our bug', () => {
    expect(() => duration('one', '2d')).toThrow();
  });
});

describe('number', () => {
  test.each([
    ['1', 1],
    [65_535, 65_535],
    ['25', 25],
    [' 25 ', 25],
    ['0', 'refused'],
    [65_536, 'refused'],
    ['25.5', 'refused'],
    ['1e3', 'refused'],
    ['0x19', 'refused'],
    ['-1', 'refused'],
    ['', 'refused'],
    ['25 26', 'refused'],
    [Number.NaN, 'refused'],
    [Number.POSITIVE_INFINITY, 'refused'],
    [1e300, 'refused'],
    [true, 'refused'],
    ['9'.repeat(400), 'refused'],
  ])('a whole number from 1 to 65535: %j is %s', (raw, value) => {
    expect(valueOf(number(1, 65_535, 'whole', 'PORT'), raw)).toBe(value);
  });

  test.each([
    ['1.5', 1.5],
    [2, 2],
    [1.25, 1.25],
    ['0.99', 'refused'],
    ['100.1', 'refused'],
    ['.5', 'refused'],
    ['2,5', 'refused'],
  ])('a number from 1 to 100: %j is %s', (raw, value) => {
    expect(valueOf(number(1, 100, 'any', 'RATIO'), raw)).toBe(value);
  });
});

describe('path', () => {
  test.each([
    ['/var/log/mail.log', true],
    ['/', true],
    [`/${'x'.repeat(4095)}`, true],
    [`/${'x'.repeat(4096)}`, false],
    ['mail.log', false],
    ['./mail.log', false],
    ['/var/\nlog', false],
    ['/var/\0log', false],
    [5, false],
  ])('%j is a path: %s', (raw, good) => {
    expect(valueOf(path, raw)).toBe(good ? raw : 'refused');
    expect(valueOf(optionalPath, raw)).toBe(good ? raw : 'refused');
  });

  test('only an optional one may be empty', () => {
    expect([valueOf(path, ''), valueOf(optionalPath, '')]).toEqual(['refused', '']);
  });
});

describe('schedule', () => {
  test.each([
    ['*/5 * * * *', true],
    ['* * * * *', true],
    ['*/10 * * * * *', true],
    ['0 4 * * mon-fri', true],
    ['0,30 4 1-15 JAN ?', true],
    ['* * * *', false],
    ['* * * * * * *', false],
    ['@daily', false],
    ['* * * * *; reboot', false],
    ['*  * * * *', false],
    ['', false],
    [5, false],
  ])('%j has the shape of one: %s', (raw, good) => {
    expect(valueOf(schedule, raw)).toBe(good ? raw : 'refused');
  });
});

describe('optionalAddress', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:DB8::7', '2001:db8::7'],
  ])('%s is %s', (raw, canonical) => {
    expect(valueOf(optionalAddress, raw)).toMatchObject({text: canonical});
  });

  test.each(['192.0.2.0/24', 'relay.example.net', '192.0.2', true, 3_221_225_991])(
    '%j is refused',
    (raw) => {
      expect(valueOf(optionalAddress, raw)).toBe('refused');
    },
  );

  test('empty is none', () => {
    expect(valueOf(optionalAddress, '')).toBeUndefined();
  });
});

describe('onOff', () => {
  test.each([
    [true, true],
    [false, false],
    ['true', 'refused'],
    ['', 'refused'],
    [1, 'refused'],
  ])('%j is %s', (raw, value) => {
    expect(valueOf(onOff, raw)).toBe(value);
  });
});

describe('every kind: read ∘ JSON.parse ∘ write is the identity', () => {
  function expectRoundTrip<Value>(kind: Kind<Value>, values: fc.Arbitrary<Value>): void {
    fc.assert(
      fc.property(values, (value) => {
        const raw = JSON.parse(kind.write(value)) as Raw;
        expect(kind.read(raw)).toEqual({ok: true, value});
      }),
    );
  }

  test('number', () => {
    expectRoundTrip(number(0, 1e9, 'whole', 'N'), fc.nat(1e9));
    const hundredths = fc.integer({min: 100, max: 10_000}).map((each) => each / 100);
    expectRoundTrip(number(1, 100, 'any', 'N'), hundredths);
  });

  test('duration', () => {
    expectRoundTrip(duration('1s', '3650d'), fc.integer({min: 1, max: 3650 * 86_400}));
  });

  test('text and path', () => {
    const anything = fc.string({unit: 'grapheme', maxLength: 100});
    expectRoundTrip(text(/^.*$/su, 'any text', 'TEXT'), anything);
    expectRoundTrip(
      path,
      anything.filter((each) => !/[\0\n]/.test(each)).map((each) => `/${each}`),
    );
  });

  test('optionalAddress and onOff', () => {
    expectRoundTrip(optionalAddress, fc.option(addresses, {nil: undefined}));
    expectRoundTrip(onOff, fc.boolean());
  });
});
