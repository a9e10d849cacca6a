/** A whole mail of a complaint, as it goes out: for the page that shows one. */
import {composeMail} from '../../../src/complaint/letter/mail.js';
import {shownName} from '../../../src/complaint/letter/names.js';
import {builtInLetters} from '../../../src/complaint/letter/samples.js';
import {attacker, hash, sender, startMs, tools} from '../support.js';

const id = '01234567-89ab-4def-8123-456789abcdef';

/** @returns the mail with the line ends of this machine */
export function sampleDigest(): string {
  const names = ['info@example.org', 'sales@example.org'].map((name) => shownName(name, hash));
  const network = '203.0.113.0/24';
  const attackers = [
    attacker('203.0.113.7', {names, blocks: 3, unknownNames: 31}),
    attacker('203.0.113.9', {unknownNames: 0, wrongPasswords: 14}),
  ];
  const composed = composeMail(
    {
      ...{id, network, madeMs: startMs, step: {kind: 'lookedUp'}},
      contact: {mailbox: 'abuse@example.net', source: 'registry', certainty: 'published'},
      about: {kind: 'guessing', network, attackers},
    },
    sender,
    builtInLetters(),
    tools,
    startMs,
  );
  if (composed.kind === 'wrong') throw new Error(composed.why);
  return composed.mail.raw.replaceAll('\r\n', '\n').trimEnd();
}
