/**
 * The letters for administrators who have not written any; `etc/letters` holds the same. They say
 * what abuse desks ask for: what happened, when (in UTC), from which address, how often, and whom to answer. They
 * demand nothing.
 */
import {type Letter, readLetter} from './template.js';

const guessingSample = `For: guessing
Subject: Guessing of user names from {network} [{id}]

Hello,

{addresses} in your network {network} guessed user names or passwords
at our mail relay {relay}. Each address had a complete TCP connection to
it, so none of them is forged. They were blocked here.

All times are UTC.

{address_lines}
{more}

Unknown names asked for: {unknown_names}. Wrong passwords: {wrong_passwords}.
Our ports: {ports}. First seen {first}, last seen {last}.

Names that were tried, as first letter, length and a keyed hash:
{names_lines}

Please stop this, and tell the customer whose computer it is: it may be
infected. Reports for programs (XARF) are attached, at most 50 of them.

An answer reaches a person at {from}. Please keep the number in the
subject. You get at most one such mail a day for each of your networks.
`;

const messageSample = `For: message
Subject: Malicious mail from {client} [{id}]

Hello,

{client} in your network {network} handed a message to our mail relay
{relay} in which we found: {found}.

Taken at {taken} (UTC) as {queue_id}. The address is that of the TCP
connection, and not one from the header.

Please stop this, and tell the customer whose computer it is: it may be
infected. The header of the message is attached.

An answer reaches a person at {from}. Please keep the number in the subject.
`;

const mildSample = `For: message Heuristics.* *.UNOFFICIAL
Subject: Suspicious mail from {client} [{id}]

Hello,

{client} in your network {network} handed a message to our mail relay
{relay} that looks suspicious to our scanner, which calls it: {found}.
It may be wrong. Please have a look when you find the time.

Taken at {taken} (UTC) as {queue_id}. The header of the message is attached.

An answer reaches a person at {from}. Please keep the number in the subject.
`;

/** The letter about guessing is the milder one, and comes first. */
export const sampleFiles: readonly (readonly [name: string, text: string])[] = [
  ['guessing.txt', guessingSample],
  ['message-mild.txt', mildSample],
  ['message.txt', messageSample],
];

export const builtInLetters = (): Letter[] =>
  sampleFiles.flatMap(([name, text]) => {
    const read = readLetter(`built-in ${name}`, text);
    return read.kind === 'letter' ? [read.letter] : [];
  });
