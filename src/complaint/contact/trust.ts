/**
 * The order in which the sources count, and the answer that follows from theirs. Only the first one
 * that names a contact counts: a second opinion would only add strangers. Asks nobody.
 */
import {printable} from '../../base/printable.js';
import {type Address} from '../../net/address.js';
import {hostNetworkOf, unknownNetwork} from './allotment.js';
import type {Certainty, Contact, ContactAnswer, ContactSource} from './answer.js';
import {
  failureKeptMs,
  keptMs,
  type KnownRow,
  longestWhyCharacters,
  silenceKeptMs,
} from './cache.js';

/** What one source said. */
export type Finding =
  /** `mailboxes`: maybe none. The network, where the source knows it. */
  | {readonly kind: 'said'; readonly mailboxes: readonly string[]; readonly network?: string}
  /** It was not asked: the configuration turns it off. */
  | {readonly kind: 'off'}
  /** No answer, or one that says to come later. Ms: 0 where it names no time. */
  | {readonly kind: 'silent'; readonly why: string; readonly waitMs: number}
  /** An answer that is none. */
  | {readonly kind: 'wrong'; readonly why: string};

/** Best first. */
export const sources: readonly ContactSource[] = ['registry', 'contact-zone', 'reverse-name'];

const certaintyOf: Readonly<Record<ContactSource, Certainty>> = {
  registry: 'published',
  'contact-zone': 'listed',
  'reverse-name': 'guessed',
};

const contactsFrom = (source: ContactSource, mailboxes: readonly string[]): Contact[] =>
  mailboxes.map((mailbox) => ({mailbox, source, certainty: certaintyOf[source]}));

/** Whether the next source is asked at all. */
export const namesSomebody = (finding: Finding): boolean =>
  finding.kind === 'said' && finding.mailboxes.length > 0;

/** What the sources came to, as the row that is remembered. Those that were not reached are missing. */
export function rowOf(
  address: Address,
  found: Readonly<Partial<Record<ContactSource, Finding>>>,
  nowMs: number,
): KnownRow {
  const registry = found.registry;
  const own = registry?.kind === 'said' ? registry.network : undefined;
  const base = {network: own ?? unknownNetwork(address).text, atMs: nowMs};
  const findings = sources.flatMap((source) => {
    const finding = found[source];
    return finding === undefined ? [] : [{source, finding}];
  });
  const failures = findings.flatMap(({source, finding}) => failureOf(source, finding));
  const forMs = failures.length === 0 ? keptMs : Math.min(...failures.map((each) => each.forMs));
  for (const {source, finding} of findings) {
    if (finding.kind !== 'said' || finding.mailboxes.length === 0) continue;
    // A better source may answer tomorrow. A name is the word of one host, and of no network around it.
    const network = source === 'reverse-name' ? hostNetworkOf(address).text : base.network;
    return {
      ...{...base, network, forMs},
      result: {kind: 'found', contacts: contactsFrom(source, finding.mailboxes)},
    };
  }
  if (failures.length > 0) {
    const why = short(failures.map((each) => each.why).join('; '));
    return {...base, network: unknownNetwork(address).text, forMs, result: {kind: 'failed', why}};
  }
  const asked = findings.filter(({finding}) => finding.kind === 'said');
  const names = asked.map(({source}) => sourceText[source]);
  const why = names.length === 0 ? 'no source is configured' : `${names.join(', ')}: nobody named`;
  return {...base, forMs, result: {kind: 'none', why}};
}

function failureOf(
  source: ContactSource,
  finding: Finding,
): readonly {readonly why: string; readonly forMs: number}[] {
  if (finding.kind !== 'silent' && finding.kind !== 'wrong') return [];
  const why = `${sourceText[source]}: ${finding.why}`;
  if (finding.kind === 'wrong') return [{why, forMs: failureKeptMs}];
  const waitMs = finding.waitMs === 0 ? silenceKeptMs : finding.waitMs;
  return [{why, forMs: Math.min(failureKeptMs, waitMs)}];
}

export const sourceText: Readonly<Record<ContactSource, string>> = {
  registry: 'registry',
  'contact-zone': 'contact zone',
  'reverse-name': 'reverse name',
};

const short = (why: string): string => printable(why, longestWhyCharacters);

export function answerOf({network, atMs, forMs, result}: KnownRow): ContactAnswer {
  switch (result.kind) {
    case 'found':
      return {kind: 'found', network, contacts: result.contacts, foundMs: atMs};
    case 'none':
      return {kind: 'none', network, why: result.why};
    case 'failed':
      return {kind: 'failed', why: result.why, againMs: atMs + forMs};
  }
}
