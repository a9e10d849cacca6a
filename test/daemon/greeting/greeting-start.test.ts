/** A start of the greeting looks at the gate's port before the first rule is made. */
import {expect, test} from '@jest/globals';
import {GreetingDesk} from '../../../src/daemon/greeting/greeting-desk.js';
import {formerGate} from '../../../src/greeting/rules/live/leftovers.js';
import {GateRules} from '../../../src/greeting/rules/live/gate-rules.js';
import {emptyState} from '../../../src/guard/state.js';
import {knownBy} from '../../../src/judge/shown.js';
import {parseWhitelist} from '../../../src/net/whitelist.js';
import {Exemptions} from '../../../src/score/exempt.js';
import {World} from '../../judge/world.js';
import {sleep} from '../../support/temp.js';
import {FakeWay} from './fake-way.js';

const settings = {
  greeting: 'gate',
  greetingPassed: 3600,
  greetingPort: 2500,
  attribution: 'any',
} as const;

test('the daemon knows of another program at the port before it asks for rules', async () => {
  const way = new FakeWay();
  const seen: [starts: number, whose: string][] = [];
  way.start = () => Promise.resolve(void seen.push([way.starts, way.whose]));
  const {judge, state} = new World();
  const desk = new GreetingDesk({
    config: settings,
    state,
    guard: {spokeEarly: () => [], known: knownBy(judge)},
    exemptions: () => new Exemptions(parseWhitelist('whitelist', ''), undefined, []),
    way,
    say: () => undefined,
    programsAtPort: async () => {
      await sleep(20);
      return [{pid: 812, path: '/usr/sbin/other', words: [], user: 'root'}];
    },
    now: Date.now,
    carryOut: () => Promise.resolve(),
  });
  desk.start();
  expect(seen).toEqual([]);
  await desk.stop('left');
  expect(seen).toEqual([[0, 'others']]);
});

test('a pass, an exemption and a renewal before the start make no rule yet', async () => {
  const calls: unknown[] = [];
  const gate = new GateRules({...settings, backend: 'nftables', hookPlace: 'first'}, [4], {
    run: (call) => {
      calls.push(call);
      return Promise.resolve({kind: 'done', stdout: '{"nftables": []}'});
    },
    say: () => undefined,
    former: formerGate(emptyState()),
    save: () => undefined,
    otherVariant: () => Promise.resolve(undefined),
  });
  gate.pass('203.0.113.7', Date.now() + 3_600_000);
  gate.exempt(new Set(['198.51.100.0/24']));
  gate.renew();
  await gate.check();
  await sleep(50);
  expect(calls).toEqual([]);
  await gate.start();
  expect(calls).not.toEqual([]);
  await gate.stop('left');
});
