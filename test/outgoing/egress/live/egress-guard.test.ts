/** When the egress guard calls the firewall, and when it does not. The kernel here accepts every call. */
import {afterEach, beforeEach, describe, expect, jest, test} from '@jest/globals';
import {EgressGuard} from '../../../../src/outgoing/egress/live/egress-guard.js';
import type {EgressSettings} from '../../../../src/outgoing/egress/settings.js';
import {retryPause} from '../../../../src/firewall/live/keeper.js';
import type {Call, CallResult} from '../../../../src/firewall/backend.js';
import {mostReleases, mostReleasesPerUser} from '../../../../src/outgoing/egress/releases.js';
import type {LogLevel} from '../../../../src/base/say.js';
import type {Family} from '../../../../src/net/address.js';
import {connectionOf} from '../samples.js';
import {network} from '../../../net/samples.js';

const settings: EgressSettings = {
  ...{backend: 'iptables', hookPlace: 'first', outbound: 'hold', outboundPorts: [25]},
  outboundChainName: 'BLOCKSMTP_OUT',
  allowedSenders: ['mailer:*', 'mailer:/usr/sbin/mailer', 'absent:*', '99:*', '9999999999:*'],
  allowedDestinations: [network('198.51.100.0/24')],
};

let batches: string[] = [];
let programs: string[] = [];
let said: [LogLevel, string][] = [];
let chains = new Set<string>();
let saves = 0;
let uids = new Map<string, number>();
let answer: (call: Call) => CallResult | undefined = () => undefined;
const made: EgressGuard[] = [];

beforeEach(() => {
  jest.useFakeTimers({doNotFake: ['setImmediate']});
  [batches, programs, said, saves] = [[], [], [], 0];
  chains = new Set();
  uids = new Map([['mailer', 103]]);
  answer = () => undefined;
});
afterEach(async () => {
  await Promise.all(made.splice(0).map((egress) => egress.stop('leave')));
  jest.useRealTimers();
});

function make(more: Partial<EgressSettings> = {}, families: readonly Family[] = [4]): EgressGuard {
  const egress = new EgressGuard({...settings, ...more}, families, {
    run: (call) => {
      programs.push(call.program);
      if (call.input !== '') batches.push(call.input);
      const taken = {kind: 'done', stdout: '*filter\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n'} as const;
      const noNft = {kind: 'missing', why: 'nft: not found'} as const;
      return Promise.resolve(answer(call) ?? (call.program === 'nft' ? noNft : taken));
    },
    say: (level, message) => said.push([level, message]),
    uidOf: (name) => uids.get(name),
    network: 'net:[1]',
    former: {
      chains: () => [...chains],
      note: (chain) => void chains.add(chain),
    },
    save: () => (saves += 1),
    otherVariant: () => Promise.resolve(undefined),
  });
  made.push(egress);
  return egress;
}

test('users that are not here, or could not be, are passed over; the name is saved before the batch', async () => {
  answer = ({input}) => {
    if (input !== '') expect([saves, [...chains]]).toEqual([1, ['BLOCKSMTP_OUT']]);
    return undefined;
  };
  await make().start();
  expect(batches[0]?.match(/--uid-owner \d+/g)).toEqual(['--uid-owner 99', '--uid-owner 103']);
});

test('a user who comes to be later is let pass from the next check on, and it is no repair', async () => {
  const egress = make();
  await egress.start();
  uids.set('absent', 104);
  await egress.check();
  expect(batches[1]).toBe(
    '*filter\n-I BLOCKSMTP_OUT 5 -m owner --uid-owner 104 -j RETURN\nCOMMIT\n',
  );
});

test('many that are released in one moment are one batch, as are those that come meanwhile', async () => {
  const egress = make();
  await egress.start();
  batches = [];
  const all = Array.from({length: 10}, (_, i) => egress.release(connectionOf(4, 4000 + i)));
  await Promise.all(all);
  expect(batches).toHaveLength(1);
  expect(batches[0]?.match(/--sport/g)).toHaveLength(10);
  await egress.release(connectionOf(4, 4000));
  expect(batches).toHaveLength(1);
  await egress.withdraw(connectionOf(4, 4000));
  expect(batches[1]).toMatch(/^\*filter\n-D BLOCKSMTP_OUT .*--sport 4000 .*\nCOMMIT\n$/);
  await egress.withdraw(connectionOf(4, 4000));
  expect(batches).toHaveLength(2);
});

test.each([
  ['of another network namespace', {}, {network: 'net:[2]'}],
  ['to a port that is not guarded', {}, {remotePort: 465}],
  ['where nothing is held', {outbound: 'reject'}, {}],
  ['where there are no rules', {outbound: 'warn'}, {}],
] as const)('a connection %s needs no release', async (_, more, other) => {
  const egress = make(more);
  await egress.start();
  batches = [];
  await egress.release({...connectionOf(4, 4711), ...other});
  expect(batches).toEqual([]);
});

test('too many of one user wait, and a warning counts them once a minute', async () => {
  const egress = make();
  await egress.start();
  const most = mostReleasesPerUser + 5;
  await Promise.all(
    Array.from({length: most}, (_, i) => egress.release(connectionOf(4, 4000 + i))),
  );
  expect(batches.at(-1)?.match(/--sport/g)).toHaveLength(mostReleasesPerUser);
  const warnings = said.filter(([level]) => level === 'warning');
  const start = 'egress guard: more connections than can be released at once (64 of one user): ';
  expect(warnings).toEqual([['warning', `${start}one waits`]]);
  said = [];
  const flood = async (first: number): Promise<void> => {
    await Promise.all(
      Array.from({length: 200}, (_, i) => egress.release(connectionOf(4, first + i))),
    );
    // Each withdrawal makes room that is filled at once. That led to another log line each time once.
    for (let i = 0; i < 40; i++) await egress.withdraw(connectionOf(4, 4000 + i));
    for (let i = 0; i < 40; i++) await egress.release(connectionOf(4, 4000 + i));
  };
  await flood(5000);
  expect(said.filter(([level]) => level === 'warning')).toEqual([]);
  await jest.advanceTimersByTimeAsync(60_000);
  await flood(5000);
  // Four of the first connections, and each of the flood once, although each was asked for twice.
  expect(said.filter(([level]) => level === 'warning')).toEqual([
    ['warning', `${start}204 had to wait since this was last said`],
  ]);
  // The rest of the minute is logged without another flood.
  await flood(5000);
  await jest.advanceTimersByTimeAsync(60_000);
  said = [];
  await egress.check();
  await egress.check();
  expect(said.filter(([, message]) => message.startsWith(start))).toEqual([
    ['warning', `${start}200 had to wait since this was last said`],
  ]);
});

test('too many of all users wait as well', async () => {
  const egress = make();
  await egress.start();
  for (let i = 0; i <= mostReleases; i++) {
    await egress.release({...connectionOf(4, 4000 + i), uid: 1000 + (i % 10)});
  }
  expect(said.filter(([level]) => level === 'warning')).toEqual([
    ['warning', expect.stringContaining(`at once (${mostReleases}): one waits`)],
  ]);
});

test('the hold goes on without any check, and ends with us', async () => {
  const egress = make();
  await egress.start();
  batches = [];
  await jest.advanceTimersByTimeAsync(60_000);
  expect(batches.length).toBeGreaterThanOrEqual(3);
  for (const batch of batches) expect(batch).toMatch(/^\*filter\n-D .*-j DROP\n-I .*-j DROP\n/);
  expect(said.filter(([level]) => level !== 'info')).toEqual([]);
  answer = ({program}) =>
    program === 'iptables-save'
      ? {kind: 'done', stdout: '*filter\n:OUTPUT ACCEPT [0:0]\n:BLOCKSMTP_OUT - [0:0]\nCOMMIT\n'}
      : undefined;
  expect(await egress.stop('leave')).toBe('removed');
  expect(batches.at(-1)).toBe('*filter\n-F BLOCKSMTP_OUT\n-X BLOCKSMTP_OUT\nCOMMIT\n');
  const {length} = batches;
  await jest.advanceTimersByTimeAsync(60_000);
  expect(batches).toHaveLength(length);
});

test('a held connection goes on being held while the next life begins', async () => {
  const egress = make();
  await egress.start();
  [batches, programs] = [[], []];
  expect(await egress.stop('handOver')).toBe('left');
  expect(programs).toEqual([]);
  await make().start();
  expect(batches.join('')).toContain('-j DROP');
  expect(batches.join('')).not.toContain('-X ');
});

test('rules that reject stay when we end, unless they shall not', async () => {
  const egress = make({outbound: 'reject'});
  await egress.start();
  programs = [];
  expect(await egress.stop('leave')).toBe('left');
  expect(programs).toEqual([]);
  const other = make({outbound: 'reject'});
  await other.start();
  expect(await other.stop('remove')).toBe('removed');
});

test('one family that fails does not hold up the other, and says so', async () => {
  answer = ({program}) =>
    program.startsWith('ip6') ? {kind: 'missing', why: `${program}: not found`} : undefined;
  const egress = make({}, [4, 6]);
  await egress.start();
  expect(egress.enforced.get(4)).toMatchObject({wanted: 1, standing: 1, failure: undefined});
  expect(egress.enforced.get(6)).toMatchObject({wanted: 1, standing: 0});
  expect(said).toContainEqual([
    'error',
    'IPv6 egress guard: ip6tables-save: not found (trying again)',
  ]);
  answer = () => undefined;
  await jest.advanceTimersByTimeAsync(retryPause.firstMs);
  expect(egress.enforced.get(6)).toMatchObject({standing: 1, failure: undefined});
});

test('without rules: leftovers go, also later; where nothing was made nobody is called', async () => {
  const nothing = make({outbound: 'observe'});
  await nothing.start();
  await nothing.check();
  expect(programs).toEqual([]);
  chains.add('EARLIER');
  answer = ({program}) =>
    program === 'iptables-save' ? {kind: 'failed', why: 'locked'} : undefined;
  const egress = make({outbound: 'warn'});
  await egress.start();
  await egress.check();
  expect(said).toEqual([['warning', expect.stringContaining('EARLIER')]]);
  expect([...chains]).toEqual(['EARLIER']);
  answer = () => undefined;
  await egress.check();
  expect(said).toHaveLength(1);
  // The name is kept, because another tool may restore the rules.
  expect([...chains]).toEqual(['EARLIER']);
});

test('rules that another tool has restored are removed by each check', async () => {
  chains.add('EARLIER');
  const egress = make({outbound: 'warn'});
  await egress.start();
  const {length} = batches;
  answer = ({program}) =>
    program === 'iptables-save'
      ? {kind: 'done', stdout: '*filter\n:OUTPUT ACCEPT [0:0]\n:EARLIER - [0:0]\nCOMMIT\n'}
      : undefined;
  await egress.check();
  await egress.check();
  const removal = '*filter\n-F EARLIER\n-X EARLIER\nCOMMIT\n';
  expect(batches.slice(length)).toEqual([removal, removal]);
});

test('a dry run only says what it would do', async () => {
  const egress = make({}, []);
  await egress.start();
  await egress.check();
  expect(programs).toEqual([]);
  expect(said).toEqual([
    [
      'notice',
      'would hold back until it is known whose they are: new connections to the ports 25 of other machines (allowed: users 99, 103; networks 198.51.100.0/24)',
    ],
  ]);
});

describe('a watch that looks', () => {
  const left = [
    'warning',
    'egress guard: what is held back is not looked at in time: nothing is held until it is',
  ];
  const warnings = () => said.filter(([level]) => level === 'warning');
  const beat = async (egress: EgressGuard, ms: number): Promise<void> => {
    for (let rest = ms; rest > 0; rest -= 1000) {
      egress.noteLook(performance.now());
      await jest.advanceTimersByTimeAsync(1000);
    }
  };

  test('keeps the hold; when it falls behind the switch is not renewed, and one line says so', async () => {
    const egress = make();
    await egress.start();
    batches = [];
    await beat(egress, 60_000);
    expect(batches.length).toBeGreaterThanOrEqual(3);
    expect(warnings()).toEqual([]);
    batches = [];
    await jest.advanceTimersByTimeAsync(60_000);
    await egress.check();
    await egress.release(connectionOf(4, 4711));
    expect(batches).toEqual([]);
    expect(warnings()).toEqual([left]);
  });

  test('holds again when it has caught up, and says so again when it falls behind again', async () => {
    const egress = make();
    await egress.start();
    egress.noteLook(performance.now());
    await jest.advanceTimersByTimeAsync(30_000);
    expect(warnings()).toEqual([left]);
    batches = [];
    await beat(egress, 10_000);
    expect(batches.length).toBeGreaterThanOrEqual(1);
    await jest.advanceTimersByTimeAsync(30_000);
    expect(warnings()).toEqual([left, left]);
  });

  test('matters to nothing that is not held', async () => {
    const egress = make({outbound: 'reject'});
    await egress.start();
    egress.noteLook(performance.now());
    await jest.advanceTimersByTimeAsync(60_000);
    uids.set('absent', 104);
    await egress.check();
    expect(batches.at(-1)).toContain('--uid-owner 104');
    expect(warnings()).not.toContainEqual(left);
  });
});
