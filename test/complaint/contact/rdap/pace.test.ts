/** No registry is asked faster than it bears. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  lacnicGapMs,
  mostServers,
  Pace,
  serverIn,
  usualGapMs,
} from '../../../../src/complaint/contact/rdap/pace.js';

test('one question in two seconds for each server, and ten in a minute for LACNIC', () => {
  const pace = new Pace();
  pace.asked('a.example.net', 1000);
  expect(pace.waitMs('a.example.net', 1000)).toBe(usualGapMs);
  expect(pace.waitMs('a.example.net', 2500)).toBe(500);
  expect(pace.waitMs('a.example.net', 3000)).toBe(0);
  expect(pace.waitMs('b.example.net', 1000)).toBe(0);
  pace.asked('rdap.lacnic.net', 1000);
  expect(pace.waitMs('rdap.lacnic.net', 1000)).toBe(lacnicGapMs);
  expect(60_000 / lacnicGapMs).toBe(10);
  pace.asked('notlacnic.net', 1000);
  expect(pace.waitMs('notlacnic.net', 1000)).toBe(usualGapMs);
});

test('a pause that was asked for is kept, and none is cut short', () => {
  const pace = new Pace();
  pace.pause('a.example.net', 60_000, 1000);
  pace.asked('a.example.net', 2000);
  expect(pace.waitMs('a.example.net', 2000)).toBe(59_000);
});

test('a process that waits as long as it is asked to never asks twice in a gap', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(10_000)), (steps) => {
      const pace = new Pace();
      let [now, last] = [0, Number.NEGATIVE_INFINITY];
      for (const step of steps) {
        now += step;
        now += pace.waitMs('a.example.net', now);
        expect(now - last).toBeGreaterThanOrEqual(usualGapMs);
        pace.asked('a.example.net', now);
        last = now;
      }
    }),
  );
});

test('a bound on what is remembered', () => {
  const pace = new Pace();
  for (let i = 0; i <= mostServers; i++) pace.asked(`s${i}.example.net`, 0);
  expect(pace.waitMs('s0.example.net', 0)).toBe(0);
  expect(pace.waitMs('s1.example.net', 0)).toBe(usualGapMs);
});

test('a server is a host with its port', () => {
  expect(serverIn('https://A.example.net:8443/x?y#z')).toBe('a.example.net:8443');
  expect(serverIn('http://[2001:db8::1]:80/')).toBe('[2001:db8::1]:80');
  expect(serverIn('nonsense')).toBe('');
});
