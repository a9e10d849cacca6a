/**
 * Two hundred processes that connect and end at once, for each way of seeing them. Compared with what an administrator
 * sees of the same processes without us: `ss -tnp` in a loop, and `conntrack -E`.
 */
import {
  type Coverage,
  coverageOf,
  isSightingOf,
  namesIt,
  type SightedBy,
} from '../../../src/outgoing/coverage.js';
import {
  type CoverageSettings,
  coveragePorts,
  type CoverageTrial,
  tryOut,
} from '../../../src/outgoing/live/coverage.js';
import {layWire} from '../../../src/sys/outgoing/canaries.js';
import {pause} from '../../../src/sys/run/clock.js';
import {measured, printTable, skip} from '../aims.js';
import {figures, type Figures} from '../figures.js';
import {type Peers, startPeers} from './peers.js';

const CANARIES = 200;
const INTERVAL_SECONDS = 2;
const LEAST_TOLD_PERCENT = 95;
const settings: CoverageSettings = {
  ...{backend: 'iptables', hookPlace: 'first', outboundInterval: INTERVAL_SECONDS},
  allowedSenders: [],
};

/** Time from the first process to the last. Ms: long enough for the loop of ss. */
const SPREAD_MS: Readonly<Record<SightedBy, number>> = {
  ...{tables: 2 * INTERVAL_SECONDS * 1000, events: 6000, hold: 6000, holdByTables: 6000},
};
const NAMES: Readonly<Record<SightedBy, string>> = {
  tables: `socket tables, every ${INTERVAL_SECONDS} s`,
  events: 'the kernel tells',
  hold: '`hold`, the kernel tells',
  holdByTables: '`hold`, socket tables',
};
const nowMs = (): number => performance.timeOrigin + performance.now();
const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 0);

export async function coverage(): Promise<void> {
  const end = new AbortController();
  try {
    const laid = await layWire(Object.values(coveragePorts), end.signal);
    if (laid.kind === 'unavailable') {
      skip('coverage', laid.why);
      return;
    }
    const rows = [head];
    const trials = new Map<SightedBy, CoverageTrial>();
    for (const way of ['tables', 'events', 'hold', 'holdByTables'] as const) {
      const peers = way === 'events' ? await startPeers(coveragePorts[way]) : undefined;
      const plan = {count: CANARIES, spreadMs: SPREAD_MS[way], clock: 'fine', nowMs} as const;
      const tried = await tryOut(way, settings, plan, end.signal);
      if (tried.kind === 'unmeasured') {
        skip(NAMES[way], tried.why);
        continue;
      }
      trials.set(way, tried);
      rows.push([
        NAMES[way],
        ...counts(coverageOf(tried.canaries, tried.sightings)),
        ...times(tried),
      ]);
      // The loop has one more turn.
      if (peers !== undefined) await pause(1200);
      if (peers !== undefined) rows.push(...peerRows(peers.stop(), tried));
    }
    printTable(rows);
    judge(trials);
  } finally {
    end.abort();
  }
}

const head = [
  '',
  'sent',
  'seen',
  'with pid',
  'user',
  'program',
  'seen after, ms',
  '99 %',
  'connect(), ms',
  '99 %',
];

const counts = (each: Coverage): string[] =>
  [each.canaries, each.seen, each.withPid, each.withUser, each.withProgram].map(String);

/** Time from just before connect(2), by the canary's own clock, to the sighting. */
const latencies = ({canaries, sightings}: CoverageTrial): Figures =>
  figures(
    canaries.flatMap((canary) => {
      const first = sightings.find((each) => namesIt(each, canary) || isSightingOf(each, canary));
      return first === undefined ? [] : [first.atMs - canary.beganMs];
    }),
  );

/** How long the program itself took until its end, which shows what `hold` makes it wait. */
const waits = ({canaries}: CoverageTrial): Figures =>
  figures(
    canaries.flatMap(({beganMs, endedMs}) => (endedMs === undefined ? [] : [endedMs - beganMs])),
  );

const times = (trial: CoverageTrial): string[] =>
  [latencies(trial), waits(trial)].flatMap(({median, p99}) => [ms(median), ms(p99)]);

function peerRows(
  {ss, conntrack}: ReturnType<Peers['stop']>,
  {canaries}: CoverageTrial,
): string[][] {
  const share = (isIn: (remote: string, pid: number) => boolean): string =>
    String(canaries.filter(({remote, pid}) => isIn(remote, pid)).length);
  const ended = (remote: string): RegExp => new RegExp(` ${remote.replaceAll('.', '\\.')}:`);
  const seen = (text: string) => (remote: string) => ended(remote).test(text);
  const rows = [
    [
      '`ss -tnp` once a second',
      String(canaries.length),
      share(seen(ss)),
      share((_, pid) => ss.includes(`pid=${pid},`)),
      '0',
      share((_, pid) => ss.includes(`pid=${pid},`)),
    ],
  ];
  if (conntrack !== undefined) {
    const of = (remote: string): boolean => conntrack.includes(` dst=${remote} `);
    rows.push(['`conntrack -E`', String(canaries.length), share(of), '0', '0', '0']);
  }
  return rows.map((row) => [...row, ...Array<string>(head.length - row.length).fill('')]);
}

const seen = (way: string, value: number, limit: number): void =>
  measured({
    ...{room: 'outgoing', what: `${way}: seen with pid`, value, unit: '%', is: 'atLeast', limit},
  });

function judge(trials: ReadonlyMap<SightedBy, CoverageTrial>): void {
  const percent = (way: SightedBy): number | undefined => {
    const trial = trials.get(way);
    if (trial === undefined) return undefined;
    const {canaries, withPid} = coverageOf(trial.canaries, trial.sightings);
    return (withPid * 100) / canaries;
  };
  for (const way of ['hold', 'holdByTables'] as const) {
    const held = percent(way);
    if (held !== undefined) seen(NAMES[way], held, 100);
  }
  const told = percent('events');
  if (told !== undefined) seen(NAMES.events, told, LEAST_TOLD_PERCENT);
}
