/** Makes the report from the daemon's memory: its tables, and the history of blocks. Changes nothing. */
import {doubtful, doubtsOfClient} from './doubts.js';
import {ranked} from './offenders.js';
import {
  type ComplaintSum,
  type Doubt,
  type Doubtful,
  firstOf,
  mostShown,
  type Offender,
  type OutgoingSum,
  type Overview,
} from './overview.js';
import {sumOf, timeRows} from './time-rows.js';
import {oneOf} from '../base/shape.js';
import {operatorReason} from '../blocks/block.js';
import type {HistoryEntry} from '../blocks/history.js';
import {complaintViews} from '../complaint/view.js';
import type {Config} from '../config/schema.js';
import type {State} from '../guard/state.js';
import type {Judged} from '../judge/view.js';
import {networkOf} from '../net/network.js';
import {keptMs as outgoingKeptMs, sumSenders} from '../outgoing/sender-hours.js';
import type {MailSender} from '../submission/view.js';
import {hourMs} from '../tally/hours.js';
import {levelSums} from '../tally/score-days.js';

/** At most so many events of blocks are read, the newest ones. A count: some 200 bytes each. */
export const mostEvents = 10_000;
/** Doubts are looked up for at most so many clients, those blocked last. A count: 10 microseconds each. */
const mostAskedAbout = 5000;

interface Remembered {
  readonly config: Pick<Config, 'threshold' | 'outbound' | 'outgoingMail' | 'complaints'>;
  readonly state: State;
  readonly judged: Judged;
  /** The events since that time, the newest first. */
  readonly events: (sinceMs: number, most: number) => readonly HistoryEntry[];
  readonly mailSenders: (seconds: number, nowMs: number) => readonly MailSender[];
  /** Clients whose complaint is due. A count. */
  readonly due: number;
}

/** @param sinceMs the report begins with the hour of this time, because counts are of whole hours. Ms since the epoch */
export function overviewOfState(remembered: Remembered, sinceMs: number, nowMs: number): Overview {
  const fromMs = Math.floor(sinceMs / hourMs) * hourMs;
  const {config, state, judged, events} = remembered;
  const recent = events(fromMs, mostEvents);
  const {offenders, lifted} = summedEvents(recent, state, nowMs);
  const blocksFromMs = recent.length < mostEvents ? fromMs : (recent.at(-1)?.atMs ?? fromMs);
  const asked = [...offenders].sort((a, b) => b.lastMs - a.lastMs).slice(0, mostAskedAbout);
  const doubts = asked.flatMap((offender): Doubtful[] => {
    const {network, lastMs} = offender;
    const known = judged.client(networkOf(network), nowMs);
    return doubtful(offender, [...(lifted.get(network) ?? []), ...doubtsOfClient(known, lastMs)]);
  });
  const times = timeRows(state.outcomeHours.values(), fromMs, nowMs);
  const sums = sumOf(times.rows);
  const hours = [...state.outcomeHours.values()]
    .map(({hour}) => hour)
    .filter((hour) => hour * hourMs <= nowMs);
  return {
    ...{from: {kind: 'memory'}, fromMs, untilMs: nowMs, sums, times, blocksFromMs},
    countedFromMs: hours.length === 0 ? null : Math.min(...hours) * hourMs,
    ...ranked(offenders, doubts),
    curve: {
      threshold: config.threshold,
      points: levelSums(state.scoreDays.values(), fromMs, nowMs),
      lowBlocks: sums.lowBlocks,
      above: 'blocked',
    },
    outgoing: outgoingOf(remembered, fromMs, nowMs),
    complaints: complaintsOf(remembered, fromMs, nowMs),
  };
}

/** Reasons for which a block ended early: a person, or the daemon itself, took it back. */
const isTakenBack = oneOf<Extract<Doubt, {kind: 'lifted'}>['by']>({
  ...{operator: true, exempt: true, brake: true, notConfirmed: true},
});

/** @param events the newest first */
function summedEvents(
  events: readonly HistoryEntry[],
  {blocks, suspects}: State,
  nowMs: number,
): {readonly offenders: readonly Offender[]; readonly lifted: ReadonlyMap<string, Doubt[]>} {
  const sums = new Map<string, {blocks: number; firstMs: number; lastMs: number; reason: string}>();
  const lifted = new Map<string, Doubt[]>();
  /** Networks whose block was lifted, and whose older event of the block is still to come. */
  const open = new Set<string>();
  for (const {atMs, network, event, reason} of events) {
    // If an operator's own block was taken back, that says nothing about blocks by evidence.
    if (event === 'blocked' && open.delete(network) && reason === operatorReason) {
      lifted.delete(network);
    }
    if (event === 'blocked' && reason !== operatorReason) {
      const sum = sums.get(network) ?? {blocks: 0, firstMs: atMs, lastMs: atMs, reason};
      sums.set(network, sum);
      sum.blocks += 1;
      sum.firstMs = Math.min(sum.firstMs, atMs);
    } else if (event === 'unblocked' && isTakenBack(reason) && !lifted.has(network)) {
      lifted.set(network, [{kind: 'lifted', by: reason, atMs}]);
      open.add(network);
    }
  }
  const offenders = [...sums].map(([network, sum]) => {
    const block = blocks.get(network);
    const counts = block?.because?.counts ?? suspects.get(network)?.counts;
    const untilMs = block !== undefined && block.untilMs > nowMs ? block.untilMs : null;
    return {network, ...sum, untilMs, answers: counts?.['unknownRecipient'] ?? null};
  });
  return {offenders, lifted};
}

function outgoingOf(
  {config, state, mailSenders}: Remembered,
  fromMs: number,
  nowMs: number,
): OutgoingSum {
  const sinceMs = Math.max(fromMs, nowMs - outgoingKeptMs);
  const programs = sumSenders(state.outgoing.values(), sinceMs).map(
    ({connections, standing, user, program, script, lastMs}) => {
      return {connections, standing, user, program: `${program} ${script}`.trim(), lastMs};
    },
  );
  const senders = mailSenders(Math.ceil((nowMs - sinceMs) / 1000), nowMs).map(
    ({sender, recipients, messages, failed, alarm}) => {
      return {sender, recipients, messages, failed, alarm: alarm ?? null};
    },
  );
  return {
    ...{connections: config.outbound, mail: config.outgoingMail, sinceMs},
    programs: firstOf(programs, mostShown.outgoing),
    senders: firstOf(senders, mostShown.outgoing),
  };
}

function complaintsOf(
  {config, state, due}: Remembered,
  fromMs: number,
  nowMs: number,
): ComplaintSum {
  const made = [...state.complaints.values()].filter(({madeMs}) => madeMs >= fromMs);
  const views = complaintViews(made, state.complaintDeeds.values(), nowMs);
  const steps: Record<string, number> = {};
  for (const {step} of views) steps[step] = (steps[step] ?? 0) + 1;
  const latest = [...views].sort((a, b) => b.madeMs - a.madeMs).slice(0, mostShown.complaints);
  return {
    ...{mode: config.complaints, steps, due},
    latest: latest.map(({network, mailbox, step, madeMs, why, before, after}) => {
      return {network, mailbox, step, madeMs, why, before, after};
    }),
  };
}
