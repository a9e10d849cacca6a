/**
 * A machine with a wire to another one. Mail servers listen on the other machine, and users of this one connect
 * to them. All egress guards run side by side in one network namespace, each at a port of its own.
 */
import {EgressGuard} from '../../../src/outgoing/egress/live/egress-guard.js';
import type {EgressSettings} from '../../../src/outgoing/egress/settings.js';
import type {EgressFormer} from '../../../src/outgoing/egress/live/leftovers.js';
import type {Call} from '../../../src/firewall/backend.js';
import type {LogLevel} from '../../../src/base/say.js';
import {type Family, parseAddress} from '../../../src/net/address.js';
import {parseNetwork} from '../../../src/net/network.js';
import type {Connection} from '../../../src/outgoing/connection.js';
import {until} from '../../support/temp.js';
import type {Namespace, Variant} from '../../support/kernel/namespace.js';
import {openSpace} from '../../support/kernel/namespace.js';
import {startPeer, type Told} from '../../support/kernel/peers.js';

export interface Place {
  readonly title: string;
  readonly backend: EgressSettings['backend'];
  readonly variant: Variant;
  readonly family: Family;
  readonly port: number;
}

/** Each backend has a port of its own, so that no guard does the work of another. */
export const egressPlaces: readonly Place[] = (
  [
    ['iptables', 'iptables', 'default'],
    ['iptables-legacy', 'iptables', 'legacy'],
    ['nftables', 'nftables', 'default'],
  ] as const
).flatMap(([title, backend, variant], i) =>
  ([4, 6] as const).map((family) => ({
    title: `${title}, IPv${family}`,
    ...{backend, variant, family, port: 2500 + i},
  })),
);

/** Addresses of our machine, of a server, and of a server to which every user may connect. */
export const ends = {
  4: {own: '192.0.2.1', server: '192.0.2.25', smarthost: '198.51.100.25', loopback: '127.0.0.1'},
  6: {own: '2001:db8::1', server: '2001:db8::25', smarthost: '2001:db8:5::25', loopback: '::1'},
} as const;

/** Numbers of a user that is not allowed, and of the mailer. */
export const uids = {user: 4711, mailer: 4712} as const;

export const chainOf = ({port}: Place): string => `BLOCKSMTP_OUT_${port}`;

/** Keeps the names in memory instead of a state file. */
export function formerIn(chains = new Set<string>()): EgressFormer {
  return {
    chains: () => [...chains],
    note: (chain) => void chains.add(chain),
  };
}

export interface Guarding {
  readonly place: Place;
  readonly egress: EgressGuard;
  readonly calls: Call[];
  readonly said: [LogLevel, string][];
  /** Simulates a kill: nothing that the guard does reaches the kernel any more. */
  die(): void;
}

const running = new Set<Guarding>();

/** Stops all guards: none may run on in the namespace of the next test. */
export async function stopGuards(): Promise<void> {
  await Promise.all([...running].map(({egress}) => egress.stop('leave')));
  running.clear();
}

export interface GuardOptions {
  readonly settings?: Partial<EgressSettings>;
  readonly switchSeconds?: number;
  readonly former?: EgressFormer;
}

/** Makes an egress guard of this place, and does not start it. */
export function makeGuard(
  {runCall}: Namespace,
  place: Place,
  outbound: EgressSettings['outbound'],
  {settings = {}, switchSeconds = 30, former = formerIn()}: GuardOptions = {},
): Guarding {
  const {backend, variant, family, port} = place;
  const calls: Call[] = [];
  const said: [LogLevel, string][] = [];
  let isDead = false;
  const named = (program: string): string =>
    variant === 'legacy' ? program.replace(/^(ip6?tables)(-\w+)?$/, '$1-legacy$2') : program;
  const egress = new EgressGuard(
    {
      ...{backend, hookPlace: 'first', outbound, outboundPorts: [port]},
      outboundChainName: chainOf(place),
      allowedSenders: ['mailer:/usr/sbin/mailer', 'mailer:*', 'nobody-here:*', '99:*'],
      allowedDestinations: [parseNetwork('198.51.100.0/24')!, parseNetwork('2001:db8:5::/48')!],
      ...settings,
    },
    [family],
    {
      run: (call) => {
        calls.push(call);
        if (isDead) return Promise.resolve({kind: 'failed', why: 'dead'});
        return runCall({...call, program: named(call.program)});
      },
      say: (level, message) => said.push([level, message]),
      uidOf: (name) => (name === 'mailer' ? uids.mailer : undefined),
      network: 'net:[1]',
      former,
      save: () => undefined,
      otherVariant: () => Promise.resolve(undefined),
    },
    switchSeconds,
  );
  const guarding = {place, egress, calls, said, die: () => void (isDead = true)};
  running.add(guarding);
  return guarding;
}

/** A try to open a connection. */
export interface Attempt {
  readonly connection: Connection;
  /** `waiting`, `connected`, or why it failed. */
  result: string;
  heard: string;
  /** Time until that result. Ms. */
  tookMs: number;
  say(text: string): void;
}

export interface World {
  try(place: Place, uid: number, to?: keyof (typeof ends)[4]): Attempt;
  close(): void;
}

export async function openWorld(namespace: Namespace): Promise<World> {
  const outside = await openSpace();
  const inside = (...words: string[]): string => namespace.run('ip', words);
  const there = (...words: string[]): string =>
    namespace.run('nsenter', [`--net=/proc/${outside.pid}/ns/net`, 'ip', ...words]);
  inside('link', 'set', 'lo', 'up');
  const wire = ['type', 'veth', 'peer', 'name', 'mail', 'netns', String(outside.pid)];
  inside('link', 'add', 'wan', ...wire);
  inside('address', 'add', `${ends[4].own}/24`, 'dev', 'wan');
  inside('address', 'add', `${ends[6].own}/64`, 'dev', 'wan', 'nodad');
  there('address', 'add', `${ends[4].server}/24`, 'dev', 'mail');
  there('address', 'add', `${ends[6].server}/64`, 'dev', 'mail', 'nodad');
  there('address', 'add', ends[4].smarthost, 'dev', 'mail');
  there('address', 'add', ends[6].smarthost, 'dev', 'mail', 'nodad');
  inside('link', 'set', 'wan', 'up');
  there('link', 'set', 'mail', 'up');
  inside('route', 'add', 'default', 'via', ends[4].server);
  inside('-6', 'route', 'add', 'default', 'via', ends[6].server);
  const ports = [...new Set(egressPlaces.map(({port}) => String(port)))];
  const words = (...more: string[]): string[] => ['test/support/kernel/peer.mjs', ...more];
  const attempts: Attempt[] = [];
  const began: number[] = [];
  const take = ({event, id = 0, text = ''}: Told): void => {
    const attempt = attempts[id];
    if (attempt === undefined) return;
    if (event === 'data') attempt.heard += text;
    if (event !== 'connected' && event !== 'error') return;
    attempt.result = event === 'connected' ? event : text;
    attempt.tookMs = performance.now() - began[id]!;
  };
  const node = process.execPath;
  const serving = [
    startPeer(
      ['nsenter', `--net=/proc/${outside.pid}/ns/net`, node, ...words('serve', ...ports)],
      take,
    ),
    startPeer(namespace.enter(node, words('serve', ...ports)), take),
  ];
  const calling = startPeer(namespace.enter(node, words('call')), take);
  await Promise.all([...serving, calling].map(({ready}) => ready));
  const world: World = {
    try: ({family, port}, uid, to = 'server') => {
      const id = attempts.length;
      const order = (more: object): void =>
        void calling.child.stdin.write(`${JSON.stringify({id, ...more})}\n`);
      const local = to === 'loopback' ? ends[family].loopback : ends[family].own;
      const connection: Connection = {
        ...{network: 'net:[1]', uid, inode: String(id), phase: 'opening'},
        ...{local: parseAddress(local)!, localPort: 20_000 + id},
        ...{remote: parseAddress(ends[family][to])!, remotePort: port},
      };
      const attempt: Attempt = {
        ...{connection, result: 'waiting', heard: '', tookMs: 0},
        say: (text) => order({text}),
      };
      attempts.push(attempt);
      began.push(performance.now());
      order({uid, from: local, localPort: 20_000 + id, to: ends[family][to], port});
      return attempt;
    },
    close: () => {
      for (const {child} of [...serving, calling]) child.kill('SIGKILL');
      outside.close();
    },
  };
  // The first packet between two machines takes longer (neighbour discovery), and must not be measured.
  const first = egressPlaces
    .slice(0, 2)
    .flatMap((place) => [world.try(place, 0), world.try(place, 0, 'smarthost')]);
  await until('a way out', () => first.every(({result}) => result === 'connected'));
  return world;
}
