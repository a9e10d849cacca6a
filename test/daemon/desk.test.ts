/** What the daemon answers to an operator: in force, refused, not saved; and the status. */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import {Desk} from '../../src/daemon/desk.js';
import type {Answer} from '../../src/control/protocol.js';
import {nobodyListens} from '../../src/hearing/view.js';
import {Exemptions} from '../../src/score/exempt.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import {SenderBook} from '../../src/submission/book.js';
import {bookSettings} from '../../src/submission/settings.js';
import {policy} from '../score/samples.js';
import {tempDirs} from '../support/temp.js';
import {type World, worldIn} from './enforcement/enforcing.js';

const newDir = tempDirs();
let world: World;
let desk: Desk;
beforeEach(() => {
  world = worldIn(newDir());
  const {config, state, guard, enforcement} = world;
  desk = new Desk({
    ...{config, state, guard, policy, enforcement},
    exemptions: () => new Exemptions(parseWhitelist('wl', world.whitelist), undefined, []),
    history: () => [],
    egress: () =>
      new Map([[6, {wanted: 2, standing: 1, readMs: 5, repairs: 0, failure: undefined}]]),
    trial: () => ({kind: 'failed'}),
    sinceMs: () => 7,
    hearing: () => nobodyListens,
    mail: {
      book: new SenderBook(
        state,
        bookSettings(config, () => undefined),
      ),
      is: 'counted',
      queued: () => undefined,
      inQueue: () => undefined,
      longQueue: () => undefined,
      holdTrouble: () => undefined,
    },
  });
});
afterEach(() => world.enforcement.stop('leave'));

const block = (network = '192.0.2.7'): Promise<Answer> =>
  desk.answer({command: 'block', network, seconds: 60});
const done = (message: RegExp) => ({kind: 'done', message: expect.stringMatching(message)});

test('a request is in force and saved before it is answered', async () => {
  expect(await block()).toEqual(done(/^192\.0\.2\.7 is blocked until [\dT:+-]+$/));
  expect(world.happened.at(-1)).toBe('saved');
  expect(world.happened.indexOf('kernel')).toBeGreaterThan(0);
});

test('before a report all is saved: the digest counts on it (`alarms/digest-mail.ts`)', async () => {
  const saved = (): number => world.happened.filter((each) => each === 'saved').length;
  const before = saved();
  expect(await desk.answer({command: 'report', seconds: 60})).toMatchObject({kind: 'report'});
  expect(saved()).toBe(before + 1);
});

test('the answer names a firewall that refuses', async () => {
  world.kernel.refuses = () => true;
  expect(await block()).toEqual(
    done(/^192\.0\.2\.7 is blocked until \S+, once the firewall takes it: it refuses now$/),
  );
  // Asked for again it stands in the state, and still not in the kernel.
  expect(await block()).toEqual({
    kind: 'unchanged',
    message:
      '192.0.2.7 is blocked already, for as long, once the firewall takes it: it refuses now',
  });
  world.kernel.refuses = () => false;
});

test('the answer names a disk that refuses', async () => {
  world.diskRefuses = 'disk full';
  expect(await block()).toEqual(
    done(/^192\.0\.2\.7 is blocked until \S+; NOT saved, lost if the daemon ends now: disk full$/),
  );
  expect(desk.status().unsaved).toBe('disk full');
  expect(await desk.answer({command: 'resume'})).toMatchObject({kind: 'notStopped'});
});

test('an exempt network is refused, and nothing is done', async () => {
  world.whitelist = '192.0.2.7\n';
  expect(await block()).toMatchObject({kind: 'refused'});
  expect(world.kernel.calls).toEqual([]);
});

test('the status puts together how everything stands', async () => {
  await block();
  expect(desk.status()).toMatchObject({
    sinceMs: 7,
    backend: 'iptables',
    families: [{family: 4, wanted: 1, standing: 1}],
    egress: {mode: 'warn', families: [{family: 6, wanted: 2, standing: 1}]},
    blocks: 1,
    blocksByRule: {operator: 1, row: 0},
    crowd: {listLoss: {kind: 'off'}, wave: {kind: 'off'}},
    trial: {kind: 'failed'},
    unsaved: undefined,
    outcomes: {block: 1},
  });
  expect(await desk.answer({command: 'status'})).toEqual({kind: 'status', status: desk.status()});
});

test('at the end every request is refused', async () => {
  await world.enforcement.halt();
  expect(await desk.answer({command: 'list'})).toEqual({
    kind: 'refused',
    message: 'the daemon is ending',
  });
});
