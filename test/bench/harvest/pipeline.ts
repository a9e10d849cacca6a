/**
 * Our own guard as the defence. It reads the lines that sendmail 8.18 writes at LogLevel 9, as records. When it asks
 * the kernel for a client, it gets the right answer. Clients that its state blocks are dropped. Only the reading of
 * stamps and hosts is left out, which `npm run bench -- offline` measures.
 */
import type {Client} from './clients.js';
import {addressText, type Defence, type Envelope, type Session, sizeOf} from './relay.js';
import {Stamps} from '../traffic/stamps.js';
import type {Config} from '../../../src/config/schema.js';
import {settingNames, settings} from '../../../src/config/schema.js';
import {Guard} from '../../../src/guard/guard.js';
import {type Ask} from '../../../src/guard/joining.js';
import {guardSettings} from '../../../src/guard/settings.js';
import {emptyState, type State} from '../../../src/guard/state.js';
import {aboutText} from '../../../src/base/duration.js';
import type {Block} from '../../../src/blocks/block.js';
import {note} from '../../../src/judge/learning.js';
import type {LogRecord} from '../../../src/log/record.js';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';
import {parseNetwork} from '../../../src/net/network.js';
import {parseWhitelist} from '../../../src/net/whitelist.js';
import {Exemptions} from '../../../src/score/exempt.js';

/** Process number of deliveries. No session has it. */
const delivererPid = 900_001;

const host = 'relay';
const standard = Object.fromEntries(settingNames.map((name) => [name, settings[name].standard]));

export class Pipeline implements Defence {
  readonly name: string;
  readonly state: State = emptyState('unsaved');
  /** Lines read, and the time that this took. A count; ms. */
  lines = 0;
  readonly #guard: Guard;
  readonly #exemptions = new Exemptions(parseWhitelist('none', ''), undefined, []);
  readonly #stamps = new Stamps('rfc3339');
  readonly #ask: Ask;
  /** Prefix lengths of blocks so far, the longest first. */
  #prefixes: readonly number[] = [];
  #excepted = new Map<readonly string[], ReadonlySet<string>>();
  #speaking: Session | undefined;
  #hasBegun = false;

  /** @param changed settings that differ from the defaults */
  constructor(name = 'ours', changed: Partial<Config> = {}) {
    this.name = name;
    // `standard` has every setting, and `changed` has values of the right types.
    const config = {...standard, ...changed} as unknown as Config;
    this.#guard = new Guard(guardSettings(config, host, 'live', sendmail), this.state);
    this.#ask = () => {
      const session = this.#speaking;
      if (session === undefined) return undefined;
      const {client, answeredBytes} = session;
      return {client: client.address, proof: 'kernel', answeredBytes};
    };
  }

  drops(client: Client, atMs: number): boolean {
    return this.#blockOf(client, atMs) !== undefined;
  }

  because(client: Client, atMs: number): string {
    const block = this.#blockOf(client, atMs);
    if (block === undefined) return 'not blocked';
    const {network, reason, fromMs, untilMs} = block;
    return `${network} for ${aboutText((untilMs - fromMs) / 1000)}: ${reason}`;
  }

  #blockOf(client: Client, atMs: number): Block | undefined {
    for (const prefix of this.#prefixes) {
      const block = this.state.blocks.get(client.network(prefix));
      if (block === undefined || block.untilMs <= atMs) continue;
      if (block.except === undefined || !this.#isExcepted(client, block.except)) return block;
    }
    return undefined;
  }

  opened(session: Session, atMs: number): void {
    const {client} = session;
    if (client.user === undefined) return;
    const login = `AUTH=server, relay=${client.relay}, authid=${client.user}, mech=PLAIN, bits=0`;
    this.#speaking = session;
    this.#take(login, pidOf(session), atMs);
  }

  refused(envelope: Envelope, name: string, atMs: number): void {
    this.#speaking = envelope.session;
    const text = `${this.#queueId(envelope, atMs)}: ${addressText(name)}... User unknown`;
    this.#take(text, pidOf(envelope.session), atMs);
  }

  ended(envelope: Envelope, message: 'taken' | 'none', atMs: number): void {
    const {session, author, sender, accepted} = envelope;
    const queueId = this.#queueId(envelope, atMs);
    const isMail = message === 'taken';
    const from = sender === 'null' ? '<>' : `<${author}>`;
    const size = isMail ? sizeOf(session) : 0;
    const id = isMail ? ` msgid=<${queueId}@client.example>,` : '';
    this.#speaking = session;
    this.#take(
      `${queueId}: from=${from}, size=${String(size)}, class=0, nrcpts=${String(accepted.length)},` +
        `${id} proto=ESMTP, daemon=MTA-v4, relay=${session.client.relay}`,
      pidOf(session),
      atMs,
    );
    this.#speaking = undefined;
    if (isMail) this.#deliver(queueId, accepted, atMs);
  }

  minute(nowMs: number): void {
    // The worst case: a new installation without old logs.
    if (!this.#hasBegun) note(this.state.learning, {kind: 'firstDay', sinceMs: nowMs - 60_000});
    this.#hasBegun = true;
    if (nowMs % sweepMs !== 0) return;
    this.#hear(this.#guard.sweep(nowMs));
    this.#excepted = new Map();
  }

  /** Lines of the delivery: another process, with a line for each recipient, as with Debian's local mailer. */
  #deliver(queueId: string, accepted: readonly string[], atMs: number): void {
    const priority = String(30_000 + accepted.length * 30_000);
    for (const name of accepted) {
      if (name.includes('@')) continue;
      this.#take(
        `${queueId}: to=${addressText(name)}, delay=00:00:01, xdelay=00:00:00, mailer=local, ` +
          `pri=${priority}, relay=local, dsn=2.1.5, stat=Sent`,
        delivererPid,
        atMs,
      );
    }
    for (const name of accepted) {
      if (!name.includes('@')) continue;
      const isGone = name.startsWith('gone');
      this.#take(
        `${queueId}: to=${addressText(name)}, delay=00:00:01, xdelay=00:00:00, mailer=esmtp, pri=${priority}, ` +
          `relay=${nextHostOf(name)}, ${isGone ? 'dsn=5.1.1, stat=User unknown' : 'dsn=2.0.0, stat=Sent (Ok: queued)'}`,
        delivererPid,
        atMs,
      );
    }
  }

  #queueId(envelope: Envelope, atMs: number): string {
    envelope.queueId ||= this.#stamps.queueId(atMs, pidOf(envelope.session));
    return envelope.queueId;
  }

  #take(message: string, pid: number, atMs: number): void {
    const program = 'sm-mta';
    const record: LogRecord = {atMs, host, program, pid, message, times: 1, writer: undefined};
    this.lines += 1;
    this.#hear(this.#guard.take(record, atMs, this.#exemptions, this.#ask));
  }

  #hear(outcomes: ReturnType<Guard['take']>): void {
    for (const outcome of outcomes) {
      if (outcome.kind === 'block') this.#notePrefix(outcome.block.network);
    }
  }

  #notePrefix(network: string): void {
    const prefix = parseNetwork(network)?.prefix;
    if (prefix === undefined || this.#prefixes.includes(prefix)) return;
    this.#prefixes = [...this.#prefixes, prefix].sort((a, b) => b - a);
  }

  #isExcepted(client: Client, except: readonly string[]): boolean {
    if (except.length === 0) return false;
    const known = this.#excepted.get(except);
    const texts = known ?? new Set(except);
    if (known === undefined) this.#excepted.set(except, texts);
    const own = client.address.family === 4 ? [32] : [128, 64];
    return own.some((prefix) => texts.has(client.network(prefix)));
  }
}

/**
 * Time between two sweeps. Ms: the daemon sweeps each minute. Here that would take half of the time, and no result
 * depends on it.
 */
const sweepMs = 5 * 60_000;

/** Process number of a session: different for each session of an hour, and never that of a delivery. */
const pidOf = ({number}: Session): number => 1000 + (number % 800_000);

/** A foreign domain is named after the address of its host: `x@mx-203-0-113-7.example`. */
function nextHostOf(name: string): string {
  const domain = name.slice(name.indexOf('@') + 1);
  const address = /-([\d-]+)\./.exec(domain)?.[1]?.replaceAll('-', '.') ?? '';
  return `${domain}. [${address}]`;
}
