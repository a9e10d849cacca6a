/** Why a client was blocked, in one short line: for the log, `list` and the history. */
import {printable} from '../base/printable.js';
import type {Because} from '../judge/verdict.js';
import type {EvidenceKind, Proof} from '../mail/evidence.js';

const words: Readonly<Record<EvidenceKind, string>> = {
  unknownRecipient: 'names that never took mail here',
  undeliverable: 'names unknown to the next host',
  vrfyProbe: 'names asked for with VRFY or EXPN',
  relayDenied: 'recipients that it may not relay to',
  authFailed: 'users it could not log in as',
  pregreet: 'talk before the greeting',
  earlyTraffic: 'talk before an answer',
  smtpAttack: 'floods of one command',
  openProxy: 'web requests',
  bogusCommand: 'commands of a worm',
  stuckSession: 'sessions left in cmd read',
};

/** Names that the line tells. A count, and of each: characters. */
const mostShown = 2;
const mostCharacters = 32;

export function reasonText(because: Because, proof: Proof): string {
  const {rule, seconds, delivered, score, bar, wave, members} = because;
  const of = `score ${score.toFixed(1)} of ${bar}`;
  if (rule === 'neighbours') {
    return `${members ?? 0} strangers in it asked for unknown names${shown(because)}, ${of}`;
  }
  const parts = [
    `${whatIn(because)} in ${seconds}s${shown(because)}`,
    delivered === 0 ? 'none delivered' : `${delivered} delivered`,
    of,
    ...(rule === 'wave' || wave === 'on' ? ['in a wave of strangers'] : []),
    ...(rule === 'network' ? ['in a network that is known for it'] : []),
    `proof ${proof}`,
  ];
  return parts.join(', ');
}

function whatIn({counts, stale}: Because): string {
  const all = (Object.keys(words) as EvidenceKind[]).flatMap((kind) => {
    // Names that once took mail are told apart from those that never did.
    const count = (counts[kind] ?? 0) - (kind === 'unknownRecipient' ? stale : 0);
    return count <= 0 ? [] : [`${count} ${words[kind]}`];
  });
  return [...all, ...(stale > 0 ? [`${stale} that take mail no more`] : [])].join(', ');
}

/** The last ones, without their domains. */
function shown({names, counts}: Because): string {
  if (names.length === 0) return '';
  const last = names
    .slice(-mostShown)
    .map((name) =>
      printable(
        name.slice(0, (name.lastIndexOf('@') + name.length + 1) % (name.length + 1) || name.length),
        mostCharacters,
      ),
    );
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const more = Math.max(all, names.length) - last.length;
  return ` (${last.join(', ')}${more > 0 ? `, +${more}` : ''})`;
}
