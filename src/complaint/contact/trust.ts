/**
 * Decides the order of the sources, and makes one answer of theirs. Only the first source
 * that names a contact counts: a second opinion would only add strangers. Sends no request.
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

/** The answer of one source. */
export type Finding =
  /** `mailboxes` may be empty. `network` is given if the source knows it. */
  | {readonly kind: 'said'; readonly mailboxes: readonly string[]; readonly network?: string}
  /** The configuration turns the source off. */
  | {readonly kind: 'off'}
  /** No answer, or the answer to ask again later. Ms: 0 if it names no time. */
  | {readonly kind: 'silent'; readonly why: string; readonly waitMs: number}
  /** An answer that cannot be used. */
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

/** Whether the source names a contact, so that the next one need not be asked. */
export const namesSomebody = (finding: Finding): boolean =>
  finding.kind === 'said' && finding.mailboxes.length > 0;

/** Makes the row to remember of the answers. It has no finding of a source that was not asked. */
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
    // A better source may answer tomorrow. A reverse name says something about one host only, not about its network.
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
