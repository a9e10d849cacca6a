/**
 * Puts a complaint into the spool: makes its row, or adds to today's row if that was not sent yet. Decides
 * what one letter holds, and that a network gets one letter a day. Knows neither clock nor registry.
 */
import type {Table} from '../../base/mechanisms/table.js';
import type {Contact} from '../contact/answer.js';
import type {Accusation} from './accusation.js';
import {type Complaint, isOpen, makeRoom, mostAttackers, sentMs, type Step} from './complaint.js';
import type {Attacker, Deed} from './deed.js';

const dayMs = 86_400_000;

/** Letters about this network that were, or may have been, sent in the last 24 hours. A future time counts too. A count. */
export const wentToday = (
  complaints: Iterable<Complaint>,
  network: string,
  nowMs: number,
): number =>
  [...complaints].filter((each) => {
    const ms = each.network === network ? sentMs(each) : undefined;
    return ms !== undefined && nowMs - ms < dayMs;
  }).length;

interface Entry {
  readonly id: string;
  /** An accusation of guessing has all attackers that are due, however many. */
  readonly about: Accusation;
  readonly contact: Contact | undefined;
  /** Why there is no contact. */
  readonly why: string;
  readonly nowMs: number;
}

/**
 * @returns `waits`: today's letter about this network was sent, or the operator approved it and it must not change,
 *   or the spool is full. The clients stay due. `entered` also for a message that already has a complaint, because it
 *   is not reported twice.
 */
export function enter(complaints: Table<Complaint>, entry: Entry): 'entered' | 'waits' {
  const {id, about, contact, why, nowMs} = entry;
  const there = complaints.get(id);
  // The day's first letter was withdrawn and not sent, and its clients were blocked again since.
  const isGivenUp = about.kind === 'guessing' && there?.step.kind === 'withdrawn';
  const before = isGivenUp ? undefined : there;
  if (before !== undefined && !isOpen(before)) {
    return about.kind === 'message' && sentMs(before) !== undefined ? 'entered' : 'waits';
  }
  if (before?.step.kind === 'composed' && before.step.go === 'yes') {
    return about.kind === 'message' ? 'entered' : 'waits';
  }
  if (about.kind === 'guessing' && wentToday(complaints.values(), about.network, nowMs) > 0) {
    return 'waits';
  }
  if (there === undefined && makeRoom(complaints, nowMs) === 'full') return 'waits';
  const step: Step =
    contact === undefined
      ? {kind: 'held', atMs: nowMs, reason: 'noContact', why}
      : {kind: 'lookedUp'};
  complaints.set(id, {
    ...{id, network: about.network, step},
    contact,
    madeMs: before?.madeMs ?? nowMs,
    about: joined(before?.about, about),
  });
  return 'entered';
}

/** Attackers for which the earlier letter had no room are still due, so they are among those of now. */
function joined(before: Accusation | undefined, now: Accusation): Accusation {
  if (now.kind !== 'guessing') return now;
  const earlier = before?.kind === 'guessing' ? before.attackers : [];
  const all = new Map([...earlier, ...now.attackers].map((each) => [each.client, each]));
  return guessing(now.network, [...all.values()]);
}

/** The worst attackers first. Those for which there is no room are only counted. */
function guessing(
  network: string,
  attackers: readonly Attacker[],
): Extract<Accusation, {kind: 'guessing'}> {
  const sorted = [...attackers].sort((a, b) => b.blocks - a.blocks || a.firstMs - b.firstMs);
  const listed = sorted.slice(0, mostAttackers);
  const more = sorted.length - listed.length;
  return {kind: 'guessing', network, attackers: listed, ...(more > 0 && {more})};
}

/** A deed without what only the spool needs. */
export function attackerOf(deed: Deed): Attacker {
  const {client, address, firstMs, lastMs, unknownNames, wrongPasswords, blocks, names} = deed;
  const port = deed.sourcePort === undefined ? {} : {sourcePort: deed.sourcePort};
  const counts = {unknownNames, wrongPasswords, blocks};
  return {client, address, firstMs, lastMs, ...counts, names, ...port};
}

/** Notes that the complaint named its clients, so that no other one names them soon. */
export function noteTold(
  deeds: Table<Deed>,
  {about}: Complaint,
  as: 'sent' | 'shown',
  nowMs: number,
): void {
  if (about.kind !== 'guessing') return;
  for (const {client} of about.attackers) {
    const deed = deeds.get(client);
    if (deed !== undefined) deeds.replace(client, {...deed, told: {atMs: nowMs, as}});
  }
}
