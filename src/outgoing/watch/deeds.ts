/**
 * Decides what the watch does after each report of the observer: count a connection, release a held one,
 * warn if its program may not open it, withdraw a release that is not needed any more. These are deeds.
 * `outgoing/live/watch.ts` carries them out. Does not look at the machine.
 */
import {durationText} from '../../base/duration.js';
import type {LogLevel} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import {contains} from '../../net/network.js';
import type {Connection} from '../connection.js';
import type {Sighting} from '../owner.js';
import type {Permission} from '../sender-hours.js';
import {type Telling, WarningLimits} from '../warn/limits.js';
import type {Observation, Observed} from './observation.js';
import {ReleasedConnections} from './released.js';

export type WatchSettings = Pick<
  Config,
  'outbound' | 'outboundInterval' | 'allowedDestinations' | 'warnInterval'
>;

export interface WatchRules {
  readonly settings: WatchSettings;
  /** The network namespace in which connections are held: `net:[4026531840]`. */
  readonly network: string;
}

/** What the watch must remember between two reports. */
export class WatchMemory {
  readonly limits: WarningLimits;
  readonly released = new ReleasedConnections();
  /** The last logged reason why the kernel's trace is not available. */
  sourceText = '';

  constructor(limits = new WarningLimits()) {
    this.limits = limits;
  }
}

/** The same moment by two clocks. */
export interface Moment {
  /** The wall clock, which can be set. Ms since the epoch. */
  readonly nowMs: number;
  /** The monotonic clock, which nobody can set. Ms. */
  readonly monotonicMs: number;
}

export type Deed =
  | ({readonly kind: 'count'} & Observed)
  /** Let the held connection through. */
  | {readonly kind: 'release'; readonly connection: Connection}
  /** Remove a release that the connection does not need any more. */
  | {readonly kind: 'withdraw'; readonly connection: Connection}
  | {
      readonly kind: 'warn';
      readonly sighting: Sighting;
      /** Connections of the program since the last warning, this one included. A count. */
      readonly times: number;
      /** A remark that follows the warning. */
      readonly addition?: string;
    }
  | {readonly kind: 'say'; readonly level: LogLevel; readonly message: string}
  /** The watch has seen all held connections, and decided about them: the dead man's switch may be renewed. */
  | {readonly kind: 'noteLook'; readonly monotonicMs: number}
  /** Forget old entries, if it is time. */
  | {readonly kind: 'sweep'};

/** @param memory is changed. @returns deeds in the order in which they must be done */
export function deedsOf(
  observation: Observation,
  rules: WatchRules,
  memory: WatchMemory,
  at: Moment,
): readonly Deed[] {
  switch (observation.kind) {
    case 'sighting':
      return ofSighting(observation, rules, memory, at);
    case 'source':
      return ofSource(observation, rules, memory);
    case 'looked':
      return observation.scope === 'own' ? ofOwnLook(observation, memory, at) : [{kind: 'sweep'}];
  }
}

function ofSighting(
  {sighting, standing: found}: Observed,
  {settings, network}: WatchRules,
  memory: WatchMemory,
  at: Moment,
): Deed[] {
  const {connection} = sighting;
  const {outbound, allowedDestinations} = settings;
  const isOpenToAll = allowedDestinations.some((each) => contains(each, connection.remote));
  const standing: Permission = isOpenToAll ? 'allowed' : found;
  const deeds: Deed[] = [{kind: 'count', sighting, standing}];
  const isOpening = connection.network === network && connection.phase === 'opening';
  // A release needs the local port. The trace reports a connection before the kernel has chosen one.
  if (outbound === 'hold' && isOpening && connection.localPort > 0)
    deeds.push(release(connection, memory, at));
  if (standing !== 'other' || outbound === 'observe') return deeds;
  const telling = memory.limits.tell(sighting, settings.warnInterval * 1000, at.nowMs);
  if (telling.kind === 'silent') return deeds;
  const {times, further} = telling;
  const addition = further === 'told' ? {} : {addition: furtherText(further, settings)};
  return [...deeds, {kind: 'warn', sighting, times, ...addition}];
}

/** Releases every connection that waits, also again: it can wait longer than a release lasts. */
function ofOwnLook(
  {connections, beganMs, extent}: Extract<Observation, {scope: 'own'}>,
  memory: WatchMemory,
  at: Moment,
): Deed[] {
  const opening = connections.filter(({phase}) => phase === 'opening');
  // Withdraw first, because there is room for few releases.
  const over = extent === 'all' ? memory.released.takeOver(opening, beganMs) : [];
  return [
    ...over.map((connection): Deed => ({kind: 'withdraw', connection})),
    ...opening.map((connection) => release(connection, memory, at)),
    {kind: 'noteLook', monotonicMs: at.monotonicMs},
  ];
}

function release(connection: Connection, memory: WatchMemory, {monotonicMs}: Moment): Deed {
  memory.released.note(connection, monotonicMs);
  return {kind: 'release', connection};
}

function ofSource(
  observation: Extract<Observation, {kind: 'source'}>,
  {settings}: WatchRules,
  memory: WatchMemory,
): Deed[] {
  if (observation.hears === 'events') return [];
  const message = `outgoing: the kernel tells of no connections (${observation.why}): who connects and is gone within ${settings.outboundInterval}s is not seen`;
  if (message === memory.sourceText) return [];
  memory.sourceText = message;
  return [{kind: 'say', level: 'notice', message}];
}

/** What leads to no more warnings in this interval. */
const furtherOf = {
  program: 'this program',
  user: 'programs of this user',
  everybody: 'whatever programs',
} as const;

const furtherText = (
  further: Exclude<Extract<Telling, {kind: 'warn'}>['further'], 'told'>,
  {warnInterval}: WatchSettings,
): string =>
  `outgoing: more of ${furtherOf[further]} is counted only, for ${durationText(warnInterval)} (blocksmtp senders)`;
