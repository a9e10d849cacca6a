/**
 * Why a client was blocked, in words: the only source for the log line, `list`, `why`, the history
 * and `replay`. Decides which names are shown, and how.
 *
 * The log line shows names at the level `notice`, which quotes no other text from a log. Names let an
 * operator see immediately whether the block is right. They give no secret away: the mailer's own log
 * has them all. But names are hostile text, so each is shortened, and keeps only the characters of a
 * mailbox name (RFC 5321, atoms): no blank, colon, bracket or comma. So a name can neither end the
 * list, nor look like another part of the line, nor like a line of a mailer.
 */
import {aboutText, durationText} from '../base/duration.js';
import {countText} from '../base/count.js';
import {isEvidenceKind, type EvidenceKind} from '../mail/evidence.js';
import type {Bar} from './view.js';
import type {Because, Rule} from './verdict.js';

/** Names in the log line. A count. */
const mostInLine = 2;

/** The greatest length of a shown name. Characters. */
const nameCharacters = 24;

/** How much of a name is read, since it may have any length. Characters. */
const readCharacters = 256;

/** The whole reason: what the client did, what counted for it, and which bar it met. */
export function becauseText(because: Because): string {
  const {proof} = because;
  const named = namesText(because.names, mostInLine, namesOf(because));
  return [
    `${deedsOf(because)}${named === '' ? '' : ` (${named})`}`,
    ...creditOf(because),
    barText(because),
    ...(proof === undefined ? [] : [`proof ${proof}`]),
  ].join(', ');
}

/** The same without names, for a table that has a column of them. */
export const becauseInShort = (because: Because): string =>
  `${deedsOf(because)}, ${barText(because)}`;

/**
 * Clients in a network that have delivered mail pass through its block, so their mail says nothing
 * about the others.
 */
function creditOf({rule, delivered, deliveredDays}: Because): string[] {
  if (rule === 'neighbours') return [];
  return [delivered === 0 ? 'none delivered' : deliveredText(delivered, deliveredDays)];
}

export const deliveredText = (delivered: number, days: number): string =>
  `delivered to ${countText(delivered, 'recipient')} on ${countText(days, 'day')}`;

function deedsOf(because: Because): string {
  const {rule, members = 0, seconds, within} = because;
  if (rule === 'neighbours')
    return `unknown names by ${countText(members, 'client')} of ${within ?? 'it'}`;
  return `${againstText(because)}${seconds === 0 ? '' : ` in ${aboutText(seconds)}`}`;
}

/** What counted against a client. */
export function againstText({counts, stale}: Pick<Because, 'counts' | 'stale'>): string {
  const signs = (Object.keys(words) as EvidenceKind[]).flatMap((kind) => {
    const count = counts[kind] ?? 0;
    return count === 0 ? [] : [`${count} ${words[kind][count === 1 ? 0 : 1]}`];
  });
  const old = stale === 0 ? [] : [`${countText(stale, 'name')} of former users or of another host`];
  return [...signs, ...old].join(', ') || 'nothing';
}

/** The words for one, and for several. */
const words: Readonly<Record<EvidenceKind, readonly [string, string]>> = {
  unknownRecipient: ['name that never took mail here', 'names that never took mail here'],
  undeliverable: ['recipient unknown to the next host', 'recipients unknown to the next host'],
  vrfyProbe: ['name asked for with VRFY or EXPN', 'names asked for with VRFY or EXPN'],
  relayDenied: ['recipient that it may not relay to', 'recipients that it may not relay to'],
  authFailed: ['user it could not log in as', 'users it could not log in as'],
  pregreet: ['session with talk before the greeting', 'sessions with talk before the greeting'],
  earlyTraffic: ['session with talk before an answer', 'sessions with talk before an answer'],
  smtpAttack: ['flood of one command', 'floods of one command'],
  openProxy: ['web request', 'web requests'],
  bogusCommand: ['command of a worm', 'commands of a worm'],
  stuckSession: ['session left in cmd read', 'sessions left in cmd read'],
};

const barText = ({score, bar, rule}: Because): string =>
  `score ${scoreText(score)} of ${amountText(bar)}${barOf[rule]}`;

/** Whose bar it is; the usual bar needs no explanation. */
const barOf: Readonly<Record<Rule, string>> = {
  row: '',
  silence: ' for a stranger of an hour or more',
  wave: ' for a newcomer during a wave',
  network: ' for a stranger from a network of guessers',
  neighbours: ' for a network',
};

/** `2 for a stranger during a wave (1d), 10 (1h)`. */
export const barsText = (bars: readonly Bar[]): string =>
  [...bars]
    .sort((a, b) => a.names - b.names)
    .map(
      ({names, rule, blockSeconds}) =>
        `${amountText(names)}${barOf[rule]} (for ${durationText(blockSeconds)})`,
    )
    .join(', ');

/** To a tenth. Not rounded up to a bar that was not met, apart from what sums of fractions lose. */
export const scoreText = (score: number): string => (Math.floor(score * 10 + 1e-6) / 10).toFixed(1);

/** Without a fraction if it is whole. */
export const amountText = (names: number): string => String(Math.round(names * 100) / 100);

/** How many names were counted: what the client asked for, without its other signs. */
const namesOf = ({counts, stale}: Because): number =>
  stale +
  Object.entries(counts).reduce(
    (sum, [kind, count]) => sum + (isEvidenceKind(kind) && isOfNames[kind] ? count : 0),
    0,
  );

const isOfNames: Readonly<Partial<Record<EvidenceKind, true>>> = {
  unknownRecipient: true,
  undeliverable: true,
  vrfyProbe: true,
};

/**
 * The latest names, the newest last, and how many more there are: `anna.berg, anna.dahl, +8`.
 *
 * @param all how many there are; more than are remembered, perhaps
 */
export function namesText(names: readonly string[], most: number, all = names.length): string {
  const shown = names.slice(-most).map(nameText);
  const more = Math.max(all, names.length) - shown.length;
  return [...shown, ...(more > 0 && shown.length > 0 ? [`+${more}`] : [])].join(', ');
}

/** The name of a mailbox without its host: `<anna.berg@example.net>` is `anna.berg`. */
export function nameText(hostile: string): string {
  const [name = ''] = hostile.slice(0, readCharacters).replace(/^<+/, '').split(/[@>]/, 1);
  const clean = name.replaceAll(/[^\w.!#$%&*+/=?^{|}~-]/g, '?');
  if (clean.length <= nameCharacters) return clean || '-';
  return `${clean.slice(0, nameCharacters - 3)}...`;
}
