/**
 * Measures how much the watch sees of programs that connect and are gone at once: the watch itself, and
 * for `hold` the egress guard itself, on this kernel, with canaries. Only in a network in which nothing
 * else is (`sys/outgoing/canaries.ts` sees to that), so no rule of anybody's is touched. Whether the figures
 * are good is judged in `report/findings/coverage.ts`.
 */
import type {Config} from '../../config/schema.js';
import {emptyState} from '../../guard/state.js';
import {allowedSenders} from '../allowed.js';
import {
  type Canary,
  coverageOf,
  isSightingOf,
  type MeasuredWay,
  namesIt,
  type SightedBy,
} from '../coverage.js';
import {EgressGuard} from '../egress/live/egress-guard.js';
import {OutgoingWatch} from './watch.js';
import type {Sighting} from '../owner.js';
import {enforcedShare, familiesOf} from '../../report/status.js';
import {type Flock, layWire, sendCanaries} from '../../sys/outgoing/canaries.js';
import {ConnectEvents} from '../../sys/outgoing/connect-events.js';
import {Users} from '../../sys/proc/users.js';
import {monotonicMs, nowMs, pause} from '../../sys/run/clock.js';
import {ownNetwork} from '../../sys/run/machine.js';
import {runFirewallCall} from '../../sys/run/netfilter.js';

export type CoverageSettings = Pick<
  Config,
  'backend' | 'hookPlace' | 'outboundInterval' | 'allowedSenders'
>;

/** One for each way, so that what is left of one is not seen by the next; nobody else's. */
export const coveragePorts: Readonly<Record<SightedBy, number>> = {
  ...{tables: 2541, events: 2542, hold: 2543, holdByTables: 2544},
};

/** Where the tables are looked at more seldom than that, that is not waited for. Seconds. */
const mostIntervalSeconds = 2;
/** For sightings whose process is still being looked up when it has ended. Ms. */
const settleMs = 1500;
/** Between two looks whether all are known. Ms. */
const pollMs = 20;

export interface CoverageTrial {
  readonly canaries: readonly Canary[];
  /** Of each, in their order; `atMs` by the clock of the trial. */
  readonly sightings: readonly Sighting[];
}

interface TrialPlan extends Omit<Flock, 'port' | 'uid'> {
  /** Ms since the epoch. Default: whole milliseconds. */
  readonly nowMs?: () => number;
}

type Tried =
  ({readonly kind: 'tried'} & CoverageTrial) | {readonly kind: 'unmeasured'; readonly why: string};

/** The network must have its wire. Ends the trial too when the signal is given. */
export async function tryOut(
  way: SightedBy,
  settings: CoverageSettings,
  plan: TrialPlan,
  stop: AbortSignal,
): Promise<Tried> {
  const opened = way === 'events' ? ConnectEvents.open([coveragePorts[way]]) : undefined;
  if (opened?.kind === 'unavailable') return {kind: 'unmeasured', why: opened.why};
  opened?.events.close();
  const said: string[] = [];
  const say = (_level: string, message: string): void => void said.push(message);
  const isHeld = way === 'hold' || way === 'holdByTables';
  const port = coveragePorts[way];
  const outboundInterval = Math.min(settings.outboundInterval, mostIntervalSeconds);
  const guarded = {
    ...settings,
    outbound: isHeld ? 'hold' : 'observe',
    outboundPorts: [port],
  } as const;
  const egress = guardOf(guarded, say);
  const sightings: Sighting[] = [];
  const outbound = new OutgoingWatch(
    {...guarded, outboundInterval, warnInterval: 3600, allowedDestinations: []},
    {
      ...{rows: emptyState('unsaved').outgoing, say, held: egress},
      sources: way === 'tables' || way === 'holdByTables' ? 'tables' : 'all',
      see: ({sighting}) => void sightings.push({...sighting, atMs: (plan.nowMs ?? nowMs)()}),
    },
  );
  const end = new AbortController();
  let running: Promise<void> | undefined;
  try {
    await egress.start();
    if (enforcedShare(familiesOf(egress.enforced)) < 1) return unmeasured(said);
    running = outbound.run(AbortSignal.any([end.signal, stop]));
    await pause(pollMs);
    if (way === 'events' && outbound.hears !== 'events') return unmeasured(said);
    const canaries = await sendCanaries({...plan, port, uid: strangerTo(settings)}, stop);
    const lookMs = way === 'tables' ? outboundInterval * 1000 : 0;
    const untilMs = monotonicMs() + lookMs + settleMs;
    // What the tables show of one that has ended never gets a name.
    const isKnownBy = way === 'tables' ? isSightingOf : namesIt;
    const isKnown = (canary: Canary): boolean => sightings.some((each) => isKnownBy(each, canary));
    while (monotonicMs() < untilMs && !canaries.every(isKnown)) await pause(pollMs);
    return {kind: 'tried', canaries, sightings};
  } catch (error) {
    return {kind: 'unmeasured', why: (error as Error).message};
  } finally {
    end.abort();
    await running;
    await egress.stop('remove');
  }
}

/** How many, and over what time: as short as the figures allow. */
const planOf = (way: SightedBy, {outboundInterval}: CoverageSettings): TrialPlan => ({
  ...{count: 40, clock: 'seconds'},
  // Once round, so that it does not matter when the tables are looked at.
  spreadMs: way === 'tables' ? Math.min(outboundInterval, mostIntervalSeconds) * 1000 : 500,
});

/** Lays the wire, and measures these ways. */
export async function measureCoverage(
  ways: readonly SightedBy[],
  settings: CoverageSettings,
  stop: AbortSignal,
): Promise<MeasuredWay[]> {
  const end = new AbortController();
  const wire = AbortSignal.any([end.signal, stop]);
  try {
    const laid = await layWire(Object.values(coveragePorts), wire);
    if (laid.kind === 'unavailable')
      return ways.map((way) => ({kind: 'unmeasured', way, why: laid.why}));
    // One after the other: each asks the kernel to tell, and none shall be in another's way.
    const measured: MeasuredWay[] = [];
    for (const way of ways) measured.push(await measureWay(way, settings, wire));
    return measured;
  } finally {
    end.abort();
  }
}

async function measureWay(
  way: SightedBy,
  settings: CoverageSettings,
  stop: AbortSignal,
): Promise<MeasuredWay> {
  const tried = await tryOut(way, settings, planOf(way, settings), stop);
  return tried.kind === 'tried'
    ? {kind: 'measured', way, ...coverageOf(tried.canaries, tried.sightings)}
    : {...tried, way};
}

const nothing = (): void => undefined;

const unmeasured = (said: readonly string[]): Tried => ({
  kind: 'unmeasured',
  why: said.at(-1) ?? 'nobody knows why',
});

/** Its chain is in a network that nobody else has, and of IPv4 as the wire is. */
function guardOf(
  settings: Omit<
    ConstructorParameters<typeof EgressGuard>[0],
    'outboundChainName' | 'allowedDestinations'
  >,
  say: (level: string, message: string) => void,
): EgressGuard {
  const users = new Users();
  return new EgressGuard(
    {...settings, outboundChainName: 'BLOCKSMTP_COVER', allowedDestinations: []},
    [4],
    {
      ...{run: (call) => runFirewallCall(call), say, save: nothing},
      uidOf: (name) => users.uidOf(name),
      network: ownNetwork(),
      former: {chains: () => [], note: nothing},
      otherVariant: () => Promise.resolve(undefined),
    },
  );
}

/** Debian's user `nobody`, and the numbers below. */
const strangers = Array.from({length: 65}, (_, i) => 65_534 - i);

/** A user that is not allowed: there are at most 64 entries. */
function strangerTo(settings: CoverageSettings): number {
  const users = new Users();
  const allowed = allowedSenders(settings.allowedSenders, (name) => users.uidOf(name));
  return strangers.find((each) => !allowed.some(({uid}) => uid === each)) ?? strangers[0]!;
}
