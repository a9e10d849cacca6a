/**
 * An innocent mail server: sends the mails of its plan, and behaves as mail servers do. It does not try
 * refused names again. A mail that it cannot hand over stays in the queue. It tries the queue with longer
 * and longer pauses, sends all of it in one burst when the way is free, and gives up each mail after five
 * days (RFC 5321 section 4.5.4.1).
 */
import type {Client} from './clients.js';
import type {Actor} from './clock.js';
import {dayMs, minuteMs} from './people.js';
import type {Relay} from './relay.js';

export interface Mail {
  readonly atMs: number;
  readonly sender: 'null' | 'named';
  readonly author: string;
  /** Recipients: names of this relay, or with an `@` addresses elsewhere. */
  readonly to: readonly string[];
  /** A call-out: it leaves before DATA, and is tried once. */
  readonly isProbe?: boolean;
  /** Number of the mailer's address that sends it. Default: the first. */
  readonly from?: number;
}

/** All mails of a day of the world, in any order. */
export type Plan = (day: number) => readonly Mail[];

/** What became of an innocent's mail. */
export interface Toll {
  mails: number;
  /** Mails to at least one user of ours that came late, and that never came. */
  delayed: number;
  lost: number;
}

interface Queued {
  readonly mail: Mail;
  left: readonly string[];
  isGood: boolean;
}

const givenUpMs = 5 * dayMs;
const firstPauseMs = 15 * minuteMs;
const longestPauseMs = 60 * minuteMs;

export class Mailer implements Actor {
  readonly #clients: readonly Client[];
  readonly #plan: Plan;
  readonly #relay: Relay;
  readonly #toll: Toll;
  readonly #beganMs: number;
  #day = -1;
  #today: Mail[] = [];
  #next = 0;
  #queue: Queued[] = [];
  #retryMs = Number.POSITIVE_INFINITY;
  #pauseMs = firstPauseMs;

  constructor(clients: readonly Client[], plan: Plan, relay: Relay, toll: Toll, beganMs: number) {
    this.#clients = clients;
    this.#plan = plan;
    this.#relay = relay;
    this.#toll = toll;
    this.#beganMs = beganMs;
  }

  wake(nowMs: number): number {
    const due = this.#due(nowMs);
    if (nowMs >= this.#retryMs) due.unshift(...this.#queue.splice(0));
    if (due.length > 0) this.#send(due, nowMs);
    this.#giveUp(nowMs);
    const nextMs = this.#today[this.#next]?.atMs ?? this.#beganMs + (this.#day + 1) * dayMs;
    return Math.min(nextMs, this.#retryMs);
  }

  #due(nowMs: number): Queued[] {
    const due: Queued[] = [];
    for (;;) {
      const mail = this.#today[this.#next];
      if (mail === undefined) {
        const day = Math.floor((nowMs - this.#beganMs) / dayMs);
        if (day <= this.#day) return due;
        this.#day = day;
        this.#today = [...this.#plan(day)].sort((a, b) => a.atMs - b.atMs);
        this.#next = 0;
      } else if (mail.atMs > nowMs) {
        return due;
      } else {
        this.#next += 1;
        this.#toll.mails += 1;
        due.push({mail, left: mail.to, isGood: false});
      }
    }
  }

  #send(due: readonly Queued[], nowMs: number): void {
    const sessions = new Map<number, ReturnType<Relay['connect']>>();
    let isBlocked = false;
    for (const queued of due) {
      const from = queued.mail.from ?? 0;
      if (!sessions.has(from)) {
        sessions.set(from, this.#relay.connect(this.#clients[from % this.#clients.length]!, nowMs));
      }
      if (this.#handOver(queued, sessions.get(from), nowMs)) continue;
      isBlocked = true;
      if (queued.mail.isProbe !== true) this.#keep(queued, nowMs);
    }
    for (const session of sessions.values()) session?.reset(nowMs);
    if (isBlocked) {
      this.#retryMs = nowMs + this.#pauseMs;
      this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
    } else if (this.#queue.length === 0) {
      this.#retryMs = Number.POSITIVE_INFINITY;
      this.#pauseMs = firstPauseMs;
    } else {
      // The way is free: all mails that wait are sent at once.
      this.#retryMs = nowMs + 1;
    }
  }

  /** @returns whether the mail need not be tried again */
  #handOver(queued: Queued, session: ReturnType<Relay['connect']>, nowMs: number): boolean {
    if (session === undefined || session.isDropped) return false;
    const {sender, author} = queued.mail;
    session.mail(sender, author, nowMs);
    const taken: string[] = [];
    for (const [at, name] of queued.left.entries()) {
      const reply = session.rcpt(name, nowMs);
      if (reply === 'dropped') {
        queued.left = [...taken, ...queued.left.slice(at)];
        return false;
      }
      if (reply === 'taken') taken.push(name);
    }
    queued.left = taken;
    if (taken.length === 0 || queued.mail.isProbe === true) {
      session.reset(nowMs);
      return true;
    }
    return session.data(nowMs) !== 'dropped';
  }

  #keep(queued: Queued, nowMs: number): void {
    const {people} = this.#relay;
    if (!queued.isGood) {
      queued.isGood = queued.left.some((n) => n.includes('@') || people.wasUser(n, nowMs));
      if (queued.isGood) this.#toll.delayed += 1;
    }
    this.#queue.push(queued);
  }

  #giveUp(nowMs: number): void {
    const [oldest] = this.#queue;
    if (oldest === undefined || nowMs - oldest.mail.atMs < givenUpMs) return;
    const isOver = ({mail}: Queued): boolean => nowMs - mail.atMs >= givenUpMs;
    for (const queued of this.#queue) if (isOver(queued) && queued.isGood) this.#toll.lost += 1;
    this.#queue = this.#queue.filter((queued) => !isOver(queued));
    if (this.#queue.length === 0) this.#retryMs = Number.POSITIVE_INFINITY;
  }
}
