/**
 * How an attacker guesses: from a list that all its addresses share, at some pace, in envelopes of some
 * form. It learns from the answer to RCPT. If a name gets no answer, the next address asks for it again.
 * `attackers.ts` decides which names are on the list.
 */
import type {Client} from './clients.js';
import type {Actor} from './clock.js';
import {mixed} from './dice.js';
import {dayMs, hourMs} from './people.js';
import type {Relay, Session} from './relay.js';

/** Names in the order in which they are asked for, each once. */
export interface List {
  readonly length: number;
  at(index: number): string;
}

/** One attack by one or many addresses: what it asked for, and what it learned. */
export class Campaign {
  readonly #list: List;
  #next = 0;
  /** Names asked for. A count. */
  asked = 0;
  learnt = 0;
  /**
   * When the guesser began, when it first found itself dropped, and after how many guesses. Ms since the
   * epoch; a count.
   */
  firstMs: number | undefined;
  firstDropMs: number | undefined;
  askedBefore = 0;

  constructor(list: List) {
    this.#list = list;
  }

  get isOver(): boolean {
    return this.#next >= this.#list.length;
  }

  /** Asks for the next name. @returns whether there was an answer */
  guess(session: Session, nowMs: number): boolean {
    this.firstMs ??= nowMs;
    const reply = session.rcpt(this.#list.at(this.#next), nowMs);
    if (reply === 'dropped') {
      this.dropped(nowMs);
      return false;
    }
    this.#next += 1;
    this.asked += 1;
    if (reply === 'taken') this.learnt += 1;
    return true;
  }

  dropped(nowMs: number): void {
    if (this.firstDropMs !== undefined) return;
    this.firstDropMs = nowMs;
    this.askedBefore = this.asked;
  }
}

export interface Style {
  /** Names in each envelope. A count. */
  readonly guesses: number;
  readonly everyMs: number;
  readonly sender?: 'null';
  /** Envelopes in a session. Default: 1. */
  readonly envelopes?: number;
  /** Sessions at the same time, whose commands come in turn. Default: 1. */
  readonly sessions?: number;
  /** Known users, which come first in each envelope. Default: none. */
  readonly known?: (envelope: number) => readonly string[];
  /** Whether a message follows the names. `first`: only in the first envelope. */
  readonly message?: 'sent' | 'first' | 'none';
  /** Envelopes after which it stops. Default: it never stops. */
  readonly most?: number;
  /** How long it waits after it was dropped. Default: the usual pause. */
  readonly patienceMs?: number;
  /** Hours of the day, from and until. */
  readonly hours?: readonly [from: number, until: number];
}

export class Guesser implements Actor {
  readonly #relay: Relay;
  readonly #campaign: Campaign;
  readonly #style: Style;
  readonly #nextClient: () => Client;
  #envelopes = 0;

  constructor(relay: Relay, campaign: Campaign, style: Style, nextClient: () => Client) {
    this.#relay = relay;
    this.#campaign = campaign;
    this.#style = style;
    this.#nextClient = nextClient;
  }

  wake(nowMs: number): number {
    const {everyMs, patienceMs = everyMs, envelopes = 1, sessions = 1, hours} = this.#style;
    const isDone = this.#envelopes >= (this.#style.most ?? Number.POSITIVE_INFINITY);
    if (isDone || this.#campaign.isOver) return Number.POSITIVE_INFINITY;
    if (hours !== undefined) {
      const [from, until] = hours;
      const hour = (nowMs % dayMs) / hourMs;
      if (hour < from) return nowMs + (from - hour) * hourMs;
      if (hour >= until) return nowMs + (24 + from - hour) * hourMs;
    }
    const client = this.#nextClient();
    const open = Array.from({length: sessions}, () => this.#relay.connect(client, nowMs));
    const heard = open.flatMap((session) => session ?? []);
    if (heard.length === 0) this.#campaign.dropped(nowMs);
    let isAnswered = heard.length > 0;
    for (let n = 0; n < envelopes && isAnswered; n++) {
      isAnswered =
        heard.length > 1 ? this.#together(heard, nowMs) : this.#envelope(heard[0]!, nowMs);
    }
    for (const session of heard) session.reset(nowMs);
    // Varied, because no attacker knows exactly when a block ends.
    const patience = patienceMs * (0.9 + (0.2 * mixed(nowMs)) / 2 ** 32);
    return nowMs + (isAnswered ? everyMs : patience);
  }

  /** @returns whether every command got an answer */
  #envelope(session: Session, nowMs: number): boolean {
    const {guesses, sender = 'named', known, message} = this.#style;
    session.mail(sender, 'news@client.example', nowMs);
    const isFirst = this.#envelopes === 0;
    const names = known?.(this.#envelopes) ?? [];
    this.#envelopes += 1;
    for (const name of names) if (session.rcpt(name, nowMs) === 'dropped') return false;
    for (let n = 0; n < guesses && !this.#campaign.isOver; n++) {
      if (!this.#campaign.guess(session, nowMs)) return false;
    }
    const isMail = message === 'sent' || (message === 'first' && isFirst);
    return !isMail || session.data(nowMs) !== 'dropped';
  }

  #together(sessions: readonly Session[], nowMs: number): boolean {
    for (const session of sessions) session.mail('named', 'news@client.example', nowMs);
    for (let n = 0; n < this.#style.guesses; n++) {
      for (const session of sessions) {
        if (this.#campaign.isOver) return true;
        if (!this.#campaign.guess(session, nowMs)) return false;
      }
    }
    return true;
  }
}

/** Keeps one envelope open for a long time, and asks for a name in it now and then. */
export class SlowGuesser implements Actor {
  readonly #relay: Relay;
  readonly #campaign: Campaign;
  readonly #client: Client;
  readonly #everyMs: number;
  readonly #mostOfEnvelope: number;
  #session: Session | undefined;
  #asked = 0;

  constructor(
    relay: Relay,
    campaign: Campaign,
    client: Client,
    everyMs: number,
    mostOfEnvelope: number,
  ) {
    this.#relay = relay;
    this.#campaign = campaign;
    this.#client = client;
    this.#everyMs = everyMs;
    this.#mostOfEnvelope = mostOfEnvelope;
  }

  wake(nowMs: number): number {
    if (this.#campaign.isOver) {
      this.#session?.reset(nowMs);
      return Number.POSITIVE_INFINITY;
    }
    if (this.#session === undefined || this.#asked >= this.#mostOfEnvelope) {
      this.#session?.reset(nowMs);
      this.#session = this.#relay.connect(this.#client, nowMs);
      this.#session?.mail('named', 'news@client.example', nowMs);
      this.#asked = 0;
    }
    const session = this.#session;
    if (session === undefined) this.#campaign.dropped(nowMs);
    else if (this.#campaign.guess(session, nowMs)) this.#asked += 1;
    else this.#session = undefined;
    return nowMs + this.#everyMs;
  }
}
