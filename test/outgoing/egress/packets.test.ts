/** Which connections the egress guards let through, and when: every backend and family, on the real kernel. */
import {afterEach, expect, test} from '@jest/globals';
import {egressChainBackend} from '../../../src/outgoing/egress/chain.js';
import {EgressIntent} from '../../../src/outgoing/egress/releases.js';
import {until} from '../../support/temp.js';
import {
  type Attempt,
  type Guarding,
  chainOf,
  egressPlaces,
  formerIn,
  makeGuard,
  openWorld,
  type Place,
  stopGuards,
  uids,
  type World,
} from './egress-world.js';
import {describeInNamespace, type Namespace, toolOf} from '../../support/kernel/namespace.js';

/** A connection that is not held is answered within this time. Ms: TCP sends its SYN again after 1000. */
const atOnceMs = 700;

let world: World | undefined;
afterEach(async () => {
  await stopGuards();
  world?.close();
  world = undefined;
});

const results = (attempts: readonly Attempt[]): string[] => attempts.map(({result}) => result);

/** The result of each place, by its title. */
const byPlace = (attempts: readonly Attempt[]): Record<string, string> =>
  Object.fromEntries(egressPlaces.map(({title}, i) => [title, attempts[i]!.result]));

const all = (result: string): Record<string, string> =>
  Object.fromEntries(egressPlaces.map(({title}) => [title, result]));

const tryAll = (uid: number, to?: Parameters<World['try']>[2]): Attempt[] =>
  egressPlaces.map((place) => world!.try(place, uid, to));

/** Expects that these connections get through at their first SYN. */
async function passAtOnce(attempts: readonly Attempt[]): Promise<void> {
  await until('they are through', () => results(attempts).every((one) => one !== 'waiting'));
  expect(byPlace(attempts)).toEqual(all('connected'));
  for (const {tookMs} of attempts) expect(tookMs).toBeLessThan(atOnceMs);
}

/** Expects that allowed connections pass: those of the mailer, and those of any user to the smarthost or over loopback. */
async function allowedPass(): Promise<void> {
  await passAtOnce(tryAll(uids.mailer));
  await passAtOnce(tryAll(uids.user, 'smarthost'));
  await passAtOnce(tryAll(uids.user, 'loopback'));
}

function clean(namespace: Namespace): string {
  const tools = ['default', 'legacy'] as const;
  const tables = tools.flatMap((variant) =>
    ([4, 6] as const).map((family) => namespace.run(`${toolOf(family, variant)}-save`, [])),
  );
  const text = [...tables, namespace.run('nft', ['list', 'ruleset'])].join('');
  return text.replaceAll(/^#.*\n| \[\d+:\d+\]| counter packets \d+ bytes \d+/gm, '');
}

const guardsOf = (
  namespace: Namespace,
  outbound: 'hold' | 'reject',
  more: Parameters<typeof makeGuard>[3] = {},
): Guarding[] => egressPlaces.map((place) => makeGuard(namespace, place, outbound, more));

const startAll = (guards: readonly Guarding[]) =>
  Promise.all(guards.map(({egress}) => egress.start()));

describeInNamespace(
  'all egress guards',
  'default',
  (namespace) => {
    test('hold: other users wait until they are released, and pass at the next SYN', async () => {
      // The tables then exist before and after the guards.
      for (const place of egressPlaces) {
        const tool = toolOf(place.family, place.variant);
        namespace.run(tool, ['-A', 'OUTPUT', '-o', 'lo', '-j', 'ACCEPT']);
      }
      const before = clean(namespace);
      world = await openWorld(namespace);
      const open = tryAll(uids.user);
      await passAtOnce(open);
      const guards = guardsOf(namespace, 'hold');
      await startAll(guards);
      const [held, waiting] = [tryAll(uids.user), tryAll(uids.user)];
      await allowedPass();
      expect(byPlace(held)).toEqual(all('waiting'));
      for (const attempt of open) attempt.say('still here');
      await until('open ones are heard', () => open.every(({heard}) => heard === 'still here'));
      const calls = guards.map(({calls: made}) => made.length);
      await Promise.all(guards.map(({egress}, i) => egress.release(held[i]!.connection)));
      await until('they are through', () => results(held).every((one) => one !== 'waiting'));
      expect(byPlace(held)).toEqual(all('connected'));
      for (const {tookMs} of held) expect(tookMs).toBeGreaterThan(900);
      expect(byPlace(waiting)).toEqual(all('waiting'));
      // One call each. The ports are held again when the watch has seen that the connections are established.
      expect(guards.map(({calls: made}, i) => made.length - calls[i]!)).toEqual(
        guards.map(() => 1),
      );
      await Promise.all(guards.map(({egress}, i) => egress.withdraw(held[i]!.connection)));
      await Promise.all(guards.map(({egress}) => egress.check()));
      expect(guards.map(({said}) => said)).toEqual(
        guards.map(() => [expect.arrayContaining(['info'])]),
      );
      expect(await Promise.all(guards.map(({egress}) => egress.stop('leave')))).toEqual(
        guards.map(() => 'removed'),
      );
      expect(clean(namespace)).toBe(before);
      await passAtOnce(tryAll(uids.user));
    });

    test('hold: where the daemon was killed everything passes by itself', async () => {
      world = await openWorld(namespace);
      const guards = guardsOf(namespace, 'hold', {switchSeconds: 2});
      await startAll(guards);
      for (const guard of guards) guard.die();
      const held = tryAll(uids.user);
      await allowedPass();
      expect(byPlace(held)).toEqual(all('waiting'));
      await Promise.all(egressPlaces.map((place) => passesWithin(place, 5000)));
      await until('those that were held', () => results(held).every((one) => one !== 'waiting'));
      expect(byPlace(held)).toEqual(all('connected'));
    });

    test('hold: a clock that is set back by more than seconds ends it, if nobody renews it', async () => {
      world = await openWorld(namespace);
      // The guard starts with a clock an hour ahead, which is then set back.
      const nowMs = Date.now() + 3_600_000;
      const chains = egressPlaces.filter(({backend}) => backend === 'iptables');
      for (const place of chains) {
        const variant = place.variant === 'legacy' ? '-legacy' : '';
        const backend = egressChainBackend(chainOf(place), place.family, 'first', variant);
        const desired = new EgressIntent({
          ...{chain: chainOf(place), ports: [place.port], mode: 'hold', uids: []},
          ...{destinations: [], switchSeconds: 30},
        });
        const actual = {rules: 'absent', hooks: new Map(), use: 'ours', readMs: nowMs} as const;
        const wish = {desired, nowMs, changed: new Set<string>()};
        const plan = backend.plan({...wish, scope: 'all', unwanted: 'remove'}, actual);
        for (const call of plan.calls) expect((await namespace.runCall(call)).kind).toBe('done');
      }
      await passAtOnce(tryAll(uids.user));
      // A running guard sees it, and holds again.
      const guards = guardsOf(namespace, 'hold');
      await startAll(guards);
      const held = tryAll(uids.user);
      await allowedPass();
      expect(byPlace(held)).toEqual(all('waiting'));
    });

    test('reject: others are refused at once; a mode that follows leaves nothing of the one before', async () => {
      world = await openWorld(namespace);
      const formers = egressPlaces.map(() => formerIn());
      const lives = (outbound: 'hold' | 'reject' | 'warn'): Guarding[] =>
        egressPlaces.map((place, i) =>
          makeGuard(namespace, place, outbound, {former: formers[i]!}),
        );
      const holding = lives('hold');
      await startAll(holding);
      // As after a kill: the rules of the first guard are still there.
      for (const guard of holding) guard.die();
      const rejecting = lives('reject');
      await startAll(rejecting);
      await allowedPass();
      const refused = tryAll(uids.user);
      await until('an answer', () => results(refused).every((one) => one !== 'waiting'));
      for (const {result, tookMs} of refused) {
        expect(result).toContain('ECONNREFUSED');
        expect(tookMs).toBeLessThan(atOnceMs);
      }
      expect(rejecting.map(({egress}) => [...egress.enforced.values()])).toEqual(
        rejecting.map(() => [
          expect.objectContaining({wanted: 1, standing: 1, failure: undefined}),
        ]),
      );
      // The rules stay while no daemon runs.
      await Promise.all(rejecting.map(({egress}) => egress.stop('leave')));
      expect(clean(namespace)).toContain(chainOf(egressPlaces[0]!));
      await startAll(lives('warn'));
      await passAtOnce(tryAll(uids.user));
      expect(clean(namespace).replaceAll(/table ip6? filter \{[^}]*\}\n?|\s+/g, '')).not.toContain(
        'BLOCKSMTP',
      );
      // The names stay: another tool may have saved the rules, and can restore them.
      expect(formers.map((former) => former.chains())).toEqual(
        egressPlaces.map((place) => [chainOf(place)]),
      );
    });
  },
  ['nft'],
);

/** Tries new connections until one is not held. */
async function passesWithin(place: Place, ms: number): Promise<void> {
  let latest = world!.try(place, uids.user);
  let tries = 0;
  await until(
    `${place.title}: nobody holds`,
    () => {
      if (latest.result === 'connected') return true;
      tries += 1;
      if (tries % 20 === 0) latest = world!.try(place, uids.user);
      return false;
    },
    ms,
    10,
  );
}
