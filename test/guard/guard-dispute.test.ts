/** An envelope whose client the log disputes: it counts for nobody, also what it counted before. */
import {expect, test} from '@jest/globals';
import {Guard} from '../../src/guard/guard.js';
import type {Ask} from '../../src/guard/joining.js';
import type {Outcome} from '../../src/guard/outcome.js';
import {emptyState} from '../../src/guard/state.js';
import type {ClientView} from '../../src/judge/view.js';
import {hostNetwork} from '../../src/net/network.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import {Exemptions} from '../../src/score/exempt.js';
import {parseSyslog} from '../log/parse-syslog.js';
import {address} from '../net/samples.js';
import {settings} from '../score/samples.js';

const nobody = new Exemptions(parseWhitelist('wl', ''), undefined, []);
const nowMs = Date.UTC(2026, 11, 1);
const taken = '203.0.113.7';
const head = '2026-11-21T12:00:00Z relay sm-mta[152]: 6ALC000c000152:';
const unknown = (name: number): string => `${head} <n${name}@example.net>... User unknown`;
const end = `${head} from=<a@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=[192.0.2.1]`;

class World {
  readonly #guard = new Guard(settings, emptyState());
  /** It has written its greeting, and after that only refusals of 42 bytes. */
  #answeredBytes = 600;

  #ask: Ask = () => ({
    client: address(taken),
    proof: 'kernel',
    answeredBytes: (this.#answeredBytes += 42),
  });

  say(text: string): Outcome[] {
    return this.#guard.take(parseSyslog(text, nowMs)!, nowMs, nobody, this.#ask);
  }

  guess(names: number): Outcome[] {
    return Array.from({length: names}, (_, name) => unknown(name)).flatMap((text) =>
      this.say(text),
    );
  }

  known(client: string): ClientView | undefined {
    return this.#guard.judged.client(hostNetwork(address(client)), nowMs);
  }
}

test('its earlier counts are taken back', () => {
  const world = new World();
  expect(world.guess(9).every(({kind}) => kind === 'counted')).toBe(true);
  expect(world.known(taken)?.score).toBe(9);
  expect(world.say(end).map(({kind}) => kind)).toEqual(['dispute']);
  expect(world.known(taken)).toMatchObject({score: 0, counts: {}});
  expect(world.known('192.0.2.1')?.score ?? 0).toBe(0);
});

test('a block that it has led to stays, and its score is not taken back twice', () => {
  const world = new World();
  expect(world.guess(10).some(({kind}) => kind === 'block')).toBe(true);
  const before = world.known(taken)?.score;
  world.say(end);
  expect(world.known(taken)?.score).toBe(before);
});
