import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {nearest} from '../../src/config/nearest.js';
import {keyOf, settingNames} from '../../src/config/schema.js';

const keys = settingNames.map(keyOf);

test.each([
  ['treshold', 'threshold'],
  ['whitelist', 'white_list'],
  ['mailer-port', 'mailer_port'],
  ['blockTime', 'block_time'],
  ['THRESHOLD', 'threshold'],
  ['backned', 'backend'],
  ['stat_dir', 'state_dir'],
  ['idle', 'idle_cmd_read'],
])('%s is %s', (word, meant) => expect(nearest(word, keys)).toBe(meant));

test.each(['', 'x', 'port_of_call', 'chain_name', 'completely_else', 'x'.repeat(100_000)])(
  '%.20s is nothing',
  (word) => expect(nearest(word, keys)).toBeUndefined(),
);

test('two that are equally near are no guess', () => {
  expect(nearest('bat', ['cat', 'hat'])).toBeUndefined();
});

test('a known word is itself, and one wrong character in a long one is found', () => {
  const long = keys.filter((key) => key.length > 6);
  fc.assert(
    fc.property(fc.constantFrom(...long), fc.nat(), (key, at) => {
      const place = at % key.length;
      const wrong = `${key.slice(0, place)}0${key.slice(place + 1)}`;
      expect(nearest(key, keys)).toBe(key);
      expect([key, undefined]).toContain(nearest(wrong, keys));
    }),
  );
});
