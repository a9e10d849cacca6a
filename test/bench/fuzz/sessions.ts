/**
 * Sessions of clients, as sendmail logs them. Every text that a client may choose is a lie: it names an address in
 * 198.51.100.0/24 or 2001:db8:bad::/48, where no client ever is. The whole pipeline reads the sessions, and may blame
 * only the clients that opened them.
 */
import type {Random} from '../../support/random.js';
import {messages} from './corpus.js';
import {mutated} from './mutate.js';
import {nowMs} from './samples.js';
import {Guard} from '../../../src/guard/guard.js';
import type {Outcome} from '../../../src/guard/outcome.js';
import {emptyState, type State} from '../../../src/guard/state.js';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';
import {parseWhitelist} from '../../../src/net/whitelist.js';
import {Exemptions} from '../../../src/score/exempt.js';
import {settings} from '../../score/samples.js';

/** Addresses that are only named, and never connect. */
const victims = ['[198.51.100.66]', '[IPv6:2001:db8:bad::66]', '198.51.100.66'] as const;

/** Texts that a hostile client puts into fields that it can choose. */
const baits: readonly string[] = [
  ...['... User unknown', ', reject=550 5.1.1 ', ', stat=User unknown', ' (may be forged)'],
  ...['"', '<', '>', '(', ')', '\\\\', ' ', ', ', ': ', '@', '[', ']', '>,', '>... '],
  ...['size=0, class=0, nrcpts=9', 'from=<a@b>', 'to=<a@b>', 'ruleset=check_rcpt, arg1=<x>'],
  ...['6ALBjJc0000152: ', 'NOQUEUE: ', 'Milter: ', 'AUTH=server', 'collect: ', '\\\\n', '\\012'],
  ...victims.flatMap((victim) => [
    ...[victim, ` ${victim}`, `, relay=${victim}`, `x@${victim}: VRFY root`],
    ...[` ${victim}: VRFY root`, `connect from ${victim}`, ` ${victim}: ETRN x`],
    ...[` ${victim} did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA`],
    ...[` ${victim}: probable open proxy: command=GET /`, `lost input channel from ${victim}`],
    ...[`, relay=x ${victim}, dsn=5.1.1, stat=User unknown`],
  ]),
];

/** Sendmail writes what cannot be printed as `?` or in backslashes (conf.c, util.c). */
const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?');

export function lie(dice: Random): string {
  const parts = Array.from({length: 1 + dice.below(6)}, () =>
    dice.isOneIn(8)
      ? mutated(oneOf(dice, messages), oneOf(dice, messages), dice)
      : oneOf(dice, baits),
  );
  // sendmail cuts a client's field in the log: shortenstring(), MAXSHORTSTR 203.
  const text = printable(parts.join(''));
  return text.length <= 203 ? text : `${text.slice(0, 100)}...${text.slice(-100)}`;
}

const oneOf = <Item>(dice: Random, all: readonly Item[]): Item => all[dice.below(all.length)]!;

/** A host name from DNS may hold many characters, but no blank. The same holds for an answer of ident. */
const hostName = (text: string): string => text.replaceAll(/[^a-z0-9.:=[\]_-]/gi, '').slice(0, 200);

/** How sendmail writes one client, by its reverse name and what ident said (`anynet_ntop`, `auth_info`). */
function clientForm(address: string, dice: Random): string {
  const name = hostName(lie(dice));
  const ident = hostName(lie(dice)).replaceAll(/[[\]]/g, '');
  const bracket = address.includes(':') ? `[IPv6:${address}]` : `[${address}]`;
  return oneOf(dice, [
    bracket,
    `${bracket} (may be forged)`,
    `${name}.example ${bracket}`,
    `${name}.example ${bracket} (may be forged)`,
    `IDENT:${ident}@${bracket}`,
    `IDENT:${ident}@host.example ${bracket}`,
  ]);
}

type Shape = (text: string, client: string) => string;

/** Messages with text of the client, made from that text and from the true client. */
const shapes: readonly Shape[] = [
  (text) => `<"${text}"@example.net>... User unknown`,
  (text) => `"${text}"@example.net... User unknown`,
  (text) => `c(${text})@example.net... User unknown`,
  (text) => `<${text}@example.net>... User unknown`,
  (text) => `${text.replaceAll(' ', '')}... User unknown`,
  (text) => `<${text}>... Invalid route address`,
  (text) => `<-- ${text}`,
  (text) => `--- 550 5.1.1 ${text}... User unknown`,
  (text, client) => `${client}: VRFY ${text} [rejected]`,
  (text, client) => `${client}: EXPN ${text}`,
  (text, client) => `${client}: ETRN ${text}`,
  (text, client) => `${client}: probable open proxy: command=GET ${text}`,
  (text, client) => `${client}: possible SMTP attack: command=${text}, count=6`,
  (text, client) => `"wiz" command from ${client} (${text})`,
  (text, client) =>
    `AUTH failure (PLAIN): user not found (-20) SASL(-13): x, user=${text}, relay=${client}`,
  (text, client) => `AUTH=server, relay=${client}, authid=${text}, mech=PLAIN, bits=0`,
  (text, client) => `invalid domain name (${text}) from ${client}`,
  (text, client) => `lost input channel from ${client} to MTA after ${hostName(text)}`,
  (_, client) => `${client} did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA`,
  (_, client) => `NOQUEUE: connect from ${client}`,
  (text, client) =>
    `collect: premature EOM: unexpected close, from=<"${text}"@x.example>, relay=${client}`,
  (text, client) =>
    `ruleset=check_mail, arg1=<"${text}"@x.example>, relay=${client}, reject=553 5.1.8 <"${text}"@x.example>... Domain of sender address ${text}@x.example does not exist`,
  (text, client) =>
    `ruleset=check_rcpt, arg1=<"${text}"@example.net>, relay=${client}, reject=550 5.1.1 <"${text}"@example.net>... User unknown`,
  (text, client) =>
    `ruleset=check_rcpt, arg1=<"${text}"@x.example>, relay=${client}, reject=550 5.7.1 <"${text}"@x.example>... Relaying denied`,
  (text, client) =>
    `ruleset=check_relay, arg1=${hostName(text)}, relay=${client}, reject=550 5.7.1 Access denied`,
  (text) => `Milter: to=<"${text}"@example.net>, reject=550 5.1.1 ${text}`,
  (text) =>
    `to=<a@example.net>, delay=00:00:00, mailer=esmtp, relay=[192.0.2.30] [192.0.2.30], dsn=5.1.1, reply=550 5.1.1 ${text}, stat=User unknown`,
  (text) =>
    `to=<a@example.net>, delay=00:00:00, mailer=local, pri=1, dsn=2.0.0, stat=Sent (${text})`,
  (text, client) =>
    `from=<"${text}"@x.example>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=${client}`,
  (text, client) =>
    `from=<a@x.example>, size=9, class=0, nrcpts=1, msgid=<${text}, proto=ESMTP, daemon=MTA, relay=${client}`,
];

/** Clients that really connect. */
const clients = ['203.0.113.7', '203.0.113.99', '192.0.2.200', '2001:db8::7', '2001:db8:1::99'];

/** Whether a blamed address or network belongs to a real client. */
const truthOf = (text: string): boolean =>
  clients.some((client) => text === client) ||
  /^(?:203\.0\.113|192\.0\.2)\.0\/24$|^2001:db8(?::1)?:[:0]*\/(?:64|56|48)$/.test(text);

/** The clients that an outcome names. */
function blamedIn(outcome: Outcome): string[] {
  if ('evidence' in outcome) return [outcome.evidence.client.text];
  if (outcome.kind === 'block') return [outcome.block.network];
  if ('network' in outcome) return [outcome.network];
  const client = 'client' in outcome ? outcome.client : undefined;
  return client === undefined ? [] : [client.text];
}

const nobody = new Exemptions(parseWhitelist('none', ''), undefined, []);

/** A guard, and the sessions that it reads. */
export class Relay {
  readonly #dice: Random;
  readonly #guard: Guard;
  readonly #frames = sendmail.frames();
  readonly #state: State = emptyState();
  #pid = 1000;
  #offset = 0;
  #seconds = 0;

  constructor(dice: Random) {
    this.#dice = dice;
    this.#guard = new Guard(
      {...settings, policy: {...settings.policy, learning: 'off'}},
      this.#state,
    );
  }

  /** Plays lines of two sessions at the same time. @returns how many lines, and what is wrong */
  play(): {readonly lines: number; readonly findings: string[]} {
    const sessions = [this.#session(), this.#session()];
    const findings: string[] = [];
    let lines = 0;
    for (const message of sessions.flat().sort(() => this.#dice.below(3) - 1)) {
      lines += 1;
      for (const blamed of this.#hear(message)) {
        if (!truthOf(blamed)) findings.push(`${blamed} is blamed after: ${message}`);
      }
    }
    return {lines, findings};
  }

  /** Whether a client that only guesses is not blocked any more, after what the guard has read. */
  isDeaf(): boolean {
    const client = '203.0.113.7';
    const pid = (this.#pid += 1);
    const names = Array.from({length: 60}, (_, i) => `plain${this.#seconds}x${i}@example.net`);
    const end = `from=<a@x.example>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=[${client}]`;
    const messages = [...names.map((name) => `<${name}>... User unknown`), end];
    const id = this.#id(pid);
    for (const message of messages) this.#hear(`${pid} ${id}: ${message}`);
    return [client, '203.0.113.0/24'].every(
      (network) => this.#state.blocks.get(network) === undefined,
    );
  }

  #id(pid: number): string {
    return `6ALC00aa${String(pid).padStart(6, '0')}`;
  }

  /** Pid and message of each line. */
  #session(): string[] {
    const dice = this.#dice;
    const pid = (this.#pid += 1);
    const client = clientForm(oneOf(dice, clients), dice);
    const id = this.#id(pid);
    return Array.from({length: 1 + dice.below(6)}, () => {
      const message = oneOf(dice, shapes)(lie(dice), client);
      return `${pid} ${dice.isOneIn(10) ? 'NOQUEUE' : id}: ${message}`;
    });
  }

  #hear(message: string): string[] {
    const at = message.indexOf(' ');
    this.#seconds += 1;
    const readMs = nowMs + this.#seconds * 1000;
    const stamp = new Date(readMs).toISOString().replace(/\.\d+Z$/, '+00:00');
    const text = `${stamp} relay sm-mta[${message.slice(0, at)}]: ${message.slice(at + 1)}`;
    const framed = this.#frames.read({source: 'log', offset: this.#offset, text}, readMs);
    this.#offset += text.length + 1;
    if (framed.kind !== 'record') return [];
    return this.#guard.take(framed.record, readMs, nobody, () => undefined).flatMap(blamedIn);
  }
}
