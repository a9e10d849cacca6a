/**
 * The result of a replay under one policy, as plain data: sums, blocks, and when nobody would have
 * been judged. Counts what a guard decided; decides nothing.
 */
import type {HeardOffline} from '../hearing/offline.js';
import type {Outcome} from '../guard/outcome.js';

/** Printed as it is by `--json`. Counts. */
export interface Replayed {
  lines: number;
  files: number;
  unknownRecipients: number;
  otherSigns: number;
  exempt: number;
  /** What clients did while their block would have stood: it weighs nothing. */
  paid: number;
  unproven: number;
  unresolved: number;
  disputed: number;
  readonly blocks: ReplayedBlock[];
  /** When nobody would have been judged: the relay seemed to have lost its list of users. */
  readonly brakes: ReplayedBrake[];
  /** Why nothing of the mailer was understood, or what else does not count; absent: all is well. */
  heard?: HeardOffline;
  readonly limits: ReplayLimits;
}

/** Where the daemon would have known more than the log says. */
export interface ReplayLimits {
  /** When the log begins; null: nothing in it. Ms since the epoch. */
  beganMs: number | null;
  /** By then the clients and names of before that matter have been seen. Ms since the epoch. */
  likeDaemonFromMs: number | null;
  /** The daemon asks the kernel, and blocks while the envelope is open. */
  readonly blocksBegin: 'whenClientNamed';
  /** At how many unknown names in a row it does. A count. */
  threshold: number;
}

export interface ReplayedBrake {
  readonly fromMs: number;
  /** Null: at the end of the log it had not ended. Ms since the epoch. */
  untilMs: number | null;
}

interface ReplayedBlock {
  readonly network: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly repeat: number;
  readonly reason: string;
}

export const newReplayed = (threshold: number): Replayed => ({
  ...{lines: 0, files: 0, unknownRecipients: 0, otherSigns: 0, exempt: 0, paid: 0},
  ...{unproven: 0, unresolved: 0, disputed: 0},
  blocks: [],
  brakes: [],
  limits: {beganMs: null, likeDaemonFromMs: null, blocksBegin: 'whenClientNamed', threshold},
});

/** @param atMs of the latest line. Ms since the epoch */
export function count(replayed: Replayed, outcome: Outcome, atMs: number): void {
  switch (outcome.kind) {
    case 'counted': {
      const {kind} = outcome.evidence;
      const isUnknown = kind === 'unknownRecipient' || kind === 'undeliverable';
      replayed[isUnknown ? 'unknownRecipients' : 'otherSigns'] += 1;
      return;
    }
    case 'exempt':
    case 'paid':
    case 'unproven':
      replayed[outcome.kind] += 1;
      return;
    case 'unresolved':
      replayed.unresolved += outcome.recipients;
      return;
    case 'dispute':
      replayed.disputed += 1;
      return;
    case 'listLost':
      if (outcome.when === 'now') {
        replayed.brakes.push({fromMs: outcome.sinceMs, untilMs: null});
      }
      return;
    case 'listBack': {
      const last = replayed.brakes.at(-1);
      if (last !== undefined) last.untilMs = atMs;
      return;
    }
    case 'block': {
      const {network, fromMs, untilMs, reason} = outcome.block;
      replayed.blocks.push({network, fromMs, untilMs, repeat: outcome.repeat, reason});
      return;
    }
    case 'broken':
    case 'delivered':
    case 'envelopeEnded':
    case 'heldBack':
    case 'lifted':
    case 'noRoom':
    case 'reaped':
    case 'unheeded':
    case 'wave':
  }
}
