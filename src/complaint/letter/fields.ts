/**
 * Makes the values of a letter's fields for one complaint. Times are in UTC (RFC 3339). User names are
 * already patterns and hashes (`names.ts`), so no value is an address of a user.
 */
import {countText} from '../../base/count.js';
import {isoTime} from '../../base/time-text.js';
import {printable} from '../../base/printable.js';
import type {Accusation} from '../spool/accusation.js';
import type {Complaint} from '../spool/complaint.js';
import type {Attacker} from '../spool/deed.js';
import type {Fields} from './template.js';

/** The sender of the letter. */
export interface Sender {
  /** A mailbox that somebody reads, in ASCII. */
  readonly from: string;
  /** This host's name. */
  readonly relay: string;
  /** The ports at which this host is attacked. */
  readonly ports: readonly number[];
}

/** At most so many lines with names in one letter. A count: an abuse desk wants examples only. */
const mostNameLines = 20;
/** Length of a scanner's name for a virus, and of other foreign text in a line. Characters. */
const mostFound = 200;

export function fieldsOf(
  {id, network, contact, about}: Pick<Complaint, 'id' | 'network' | 'contact' | 'about'>,
  {from, relay, ports}: Sender,
): Fields {
  return {
    ...{id, network, from, relay: printable(relay, mostFound), ports: ports.join(', ')},
    contact: contact?.mailbox ?? '',
    ...(about.kind === 'guessing' ? guessingFields(about) : messageFields(about)),
  };
}

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

function guessingFields({attackers, more = 0}: Extract<Accusation, {kind: 'guessing'}>): Fields {
  const all = attackers.length + more;
  const many = all === 1 ? '1 address' : `${all} addresses`;
  const shown = attackers.flatMap(({address, names}) => names.map((name) => ({address, name})));
  return {
    client: attackers[0]?.address ?? '',
    addresses: many,
    address_lines: attackers.map(addressLine).join('\n'),
    more: more === 0 ? '' : `and ${more} more, which this letter does not list`,
    names_lines: shown
      .slice(0, mostNameLines)
      .map(({address, name}) => `${address}  ${name.pattern}, ${name.hash}`)
      .join('\n'),
    unknown_names: `${sum(attackers.map((each) => each.unknownNames))}`,
    wrong_passwords: `${sum(attackers.map((each) => each.wrongPasswords))}`,
    blocks: `${sum(attackers.map((each) => each.blocks))}`,
    first: isoTime(Math.min(...attackers.map((each) => each.firstMs))),
    last: isoTime(Math.max(...attackers.map((each) => each.lastMs))),
  };
}

/** Address and time are on one line, because the programs of abuse desks look for that. */
function addressLine(attacker: Attacker): string {
  const {address, firstMs, lastMs, unknownNames, wrongPasswords, blocks, sourcePort} = attacker;
  const port = sourcePort === undefined ? '' : ` port ${sourcePort}`;
  const deeds = [
    ...(unknownNames > 0 ? [countText(unknownNames, 'unknown name')] : []),
    ...(wrongPasswords > 0 ? [countText(wrongPasswords, 'wrong password')] : []),
    `blocked ${countText(blocks, 'time')}`,
  ];
  return `${address}${port}  ${isoTime(firstMs)} to ${isoTime(lastMs)}  ${deeds.join(', ')}`;
}

function messageFields(about: Extract<Accusation, {kind: 'message'}>): Fields {
  const {client, queueId, takenMs, header} = about;
  return {
    client,
    queue_id: printable(queueId, mostFound),
    taken: isoTime(takenMs),
    found: foundText(about),
    header: headerText(header),
  };
}

export const foundText = ({found}: Extract<Accusation, {kind: 'message'}>): string =>
  found.kind === 'scanner' ? printable(found.name, mostFound) : 'what a person judged to be bad';

/** A header line of the message. Characters: RFC 5322 allows 998. */
const mostHeaderLine = 998;

/** Makes hostile text printable, line by line. */
export const headerText = (header: string): string =>
  header
    .split(/\r?\n/)
    .map((line) => printable(line.replaceAll('\t', ' '), mostHeaderLine))
    .join('\n')
    .trimEnd();
