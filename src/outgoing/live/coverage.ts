/**
 * Measures on this kernel how many programs the watch sees that connect and end at once. It starts canaries,
 * runs the real watch, and for `hold` the real egress guard. All of this happens in a network namespace in which
 * nothing else runs (`sys/outgoing/canaries.ts` makes sure of it), so no other rule is touched.
 * `report/findings/coverage.ts` judges the figures.
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
import {runFirewallCall} from '../../sys/firewall/netfilter.js';

export type CoverageSettings = Pick<
  Config,
  'backend' | 'hookPlace' | 'outboundInterval' | 'allowedSenders'
>;

/** One port for each way, so that no way sees connections that an earlier one has left. No service uses these ports. */
export const coveragePorts: Readonly<Record<SightedBy, number>> = {
  ...{tables: 2541, events: 2542, hold: 2543, holdByTables: 2544},
};

/** Longest interval between looks during a trial. Seconds: a longer setting would make the trial too long. */
const mostIntervalSeconds = 2;
/** How long the trial waits after the canaries for sightings that are still being looked up. Ms. */
const settleMs = 1500;
/** Time between two checks whether all canaries are known. Ms. */
const pollMs = 20;

export interface CoverageTrial {
  readonly canaries: readonly Canary[];
  /** All sightings, in their order. `atMs` is by the clock of the plan. */
  readonly sightings: readonly Sighting[];
}

interface TrialPlan extends Omit<Flock, 'port' | 'uid'> {
  /** The clock for `atMs`. Ms since the epoch. Default: a clock of whole milliseconds. */
  readonly nowMs?: () => number;
}

type Tried =
  ({readonly kind: 'tried'} & CoverageTrial) | {readonly kind: 'unmeasured'; readonly why: string};

/** Makes one trial. The network must have its wire (`layWire`). The signal ends the trial early. */
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
    // With `tables`, a canary that has ended is only seen, and never gets a name.
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

/** How many canaries are sent, and over what time: as short as the figures allow. */
const planOf = (way: SightedBy, {outboundInterval}: CoverageSettings): TrialPlan => ({
  ...{count: 40, clock: 'seconds'},
  // A whole interval, so that the moment of the look does not change the result.
  spreadMs: way === 'tables' ? Math.min(outboundInterval, mostIntervalSeconds) * 1000 : 500,
});

/** Lays the wire, and measures these ways one after another. */
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
    // Not at the same time: each way uses the kernel's trace, and they would disturb each other.
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

/** An egress guard for the trial. Its chain is in the trial's own network, and for IPv4 only, like the wire. */
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

/** Numbers of users for the canaries: Debian's user `nobody`, and the numbers below. */
const strangers = Array.from({length: 65}, (_, i) => 65_534 - i);

/** A user that is not allowed. There are at most 64 entries, so one of the 65 numbers is free. */
function strangerTo(settings: CoverageSettings): number {
  const users = new Users();
  const allowed = allowedSenders(settings.allowedSenders, (name) => users.uidOf(name));
  return strangers.find((each) => !allowed.some(({uid}) => uid === each)) ?? strangers[0]!;
}
