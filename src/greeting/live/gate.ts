/**
 * The gate while it runs: takes clients, looks at what lies in their sockets, hands them to the
 * mailer, and reports to the daemon. `greeting/waiting/` decides the fate of each client.
 */
import {Troubles} from '../../base/mechanisms/troubles.js';
import {printable} from '../../base/printable.js';
import type {Say} from '../../base/say.js';
import {Reporter} from './reporter.js';
import type {GateFate, GateVisit} from '../report.js';
import type {GateSettings} from '../waiting/gate-settings.js';
import {shownWords} from '../waiting/last-words.js';
import {Outbox, reportOf} from '../waiting/outbox.js';
import {type Move, WaitingRoom} from '../waiting/room.js';
import {seenAtPort} from '../waiting/seen.js';
import type {Connection} from '../../sys/greeting/connection.js';
import type {HandOver} from '../../sys/greeting/hand-over.js';
import {listenForClients} from '../../sys/greeting/listener.js';
import {socketTables} from '../../sys/greeting/tables.js';
import {atMost} from '../../sys/run/at-most.js';
import {monotonicMs, nowMs} from '../../sys/run/clock.js';
import {repeat} from '../../sys/run/schedule.js';

/** Time between two looks at the unread bytes in the sockets. Ms. */
const lookEveryMs = 1000;
/**
 * Looks take at most this share of the time. With thousands of sockets a look takes long, so there are
 * fewer of them. An early talker then gets its refusal later, but no later than at the end of its wait.
 */
const lookShare = 0.03;
/**
 * Clients that are handed over in one turn of the loop. A count: starting a process blocks the loop for some
 * milliseconds, and clients whose process is already started wait for their last look meanwhile.
 */
const mostAtOnce = 4;
/** How long the gate, when it ends, waits for hand-overs and refusals (554) that are under way. Ms. */
const endMs = 5000;
/** Longest line of the mailer's standard error output that is logged. Characters. */
const complaintCharacters = 200;

export class Gate {
  readonly #settings: GateSettings;
  readonly #say: Say;
  readonly #room: WaitingRoom;
  readonly #outbox = new Outbox();
  readonly #troubles: Troubles;
  readonly #waiting = new Map<number, Connection>();
  readonly #children = new Set<HandOver>();
  /** Hand-overs and refusals that should be over before the process ends. */
  readonly #underWay = new Set<Promise<unknown>>();
  #phase: 'serves' | 'ends' = 'serves';
  #lastId = 0;
  #port: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: GateSettings, say: Say) {
    this.#settings = settings;
    this.#say = say;
    this.#port = settings.port;
    this.#room = new WaitingRoom(settings.limits);
    this.#troubles = new Troubles(say);
  }

  /**
   * Serves clients until the signal is given.
   *
   * @param given descriptors of sockets that the service manager holds
   * @param controlSocket path of the daemon's control socket
   * @throws when the gate cannot listen on any socket
   */
  async run(given: readonly number[], controlSocket: string, end: AbortSignal): Promise<void> {
    const listener = await listenForClients(this.#port, given, (client) => this.#take(client));
    this.#port = listener.port;
    const whose = listener.from === 'manager' ? ' (the service manager holds it)' : '';
    this.#say('notice', `gate: unknown clients are served at port ${this.#port}${whose}`);
    const reporter = new Reporter({
      path: controlSocket,
      outbox: this.#outbox,
      report: (visits) => {
        const atMs = monotonicMs();
        const report = reportOf(this.#room, this.#port, visits, atMs, nowMs() - atMs);
        return this.#phase === 'ends' ? {...report, state: 'ends'} : report;
      },
      say: this.#say,
    });
    const looks = repeat(lookEveryMs, () => this.#look(), lookShare);
    await new Promise<void>((resolve) => {
      if (end.aborted) resolve();
      else end.addEventListener('abort', () => resolve(), {once: true});
    });
    // First of all the redirection ends: clients that come to a closed port would be refused.
    this.#phase = 'ends';
    await reporter.end();
    listener.close();
    await looks.stop();
    const served = this.#room.size;
    for (const move of this.#room.empty(monotonicMs())) this.#make(move);
    clearTimeout(this.#timer);
    for (const child of this.#children) child.look();
    await atMost(
      endMs,
      Promise.all([...this.#underWay]).then(() => undefined),
    );
    await reporter.end();
    for (const child of this.#children) child.leave();
    this.#say(
      'notice',
      `gate: end; ${served} clients waited, ${this.#children.size} sessions go on`,
    );
  }

  #take(connection: Connection): void {
    const id = ++this.#lastId;
    this.#waiting.set(id, connection);
    const move = this.#room.come(id, connection.client, monotonicMs());
    if (move !== undefined) this.#make(move);
    else if (this.#room.size === 1) this.#wait();
  }

  /** Sets the timer for the next client whose wait is nearly over. */
  #wait(): void {
    clearTimeout(this.#timer);
    const now = monotonicMs();
    const nextMs = this.#room.nextMs(now);
    if (nextMs === undefined) return;
    this.#timer = setTimeout(() => this.#pass(), Math.ceil(Math.max(1, nextMs - now)));
  }

  #pass(): void {
    let made = 0;
    for (const move of this.#room.pass(monotonicMs())) {
      this.#make(move);
      if (++made === mostAtOnce) break;
    }
    this.#wait();
  }

  async #look(): Promise<void> {
    if (this.#room.size === 0) return;
    const beganMs = monotonicMs();
    try {
      const seen = seenAtPort(await socketTables(), this.#port);
      this.#troubles.end('look', 'gate: the kernel shows its sockets again');
      const seenOf = (id: number) => seen.get(this.#waiting.get(id)?.row ?? '');
      for (const move of this.#room.look(seenOf, beganMs, monotonicMs())) this.#make(move);
    } catch (error) {
      // The last look before the hand-over still sees early talk.
      const message = `gate: who speaks early is seen at the end of the wait only: ${(error as Error).message}`;
      this.#troubles.begin('look', message, 'warning');
    }
    // Stress may have begun or ended: then the waits have other lengths, and the timer another end.
    this.#wait();
  }

  #make(move: Move): void {
    const connection = this.#waiting.get(move.id);
    this.#waiting.delete(move.id);
    if (connection === undefined) return;
    switch (move.kind) {
      case 'hand':
      case 'handAtOnce': {
        this.#hand(connection, move);
        return;
      }
      case 'early': {
        this.#follow(
          connection.refuseEarly().then((said) => {
            this.#note(connection, move, 'early', {said: shownWords(said)});
          }),
        );
        return;
      }
      case 'left':
        connection.close();
        {
          this.#note(connection, move, 'left');
          return;
        }
      case 'refuse':
        connection.refuseBusy();
        {
          this.#note(connection, move, 'refused');
          return;
        }
    }
  }

  #hand(connection: Connection, move: Move): void {
    const {text} = connection.client;
    const child = connection.hand(
      move.kind === 'hand' ? 'silence' : 'peer',
      this.#settings.command,
      (line) =>
        this.#say('warning', `gate: mailer for ${text}: ${printable(line, complaintCharacters)}`),
    );
    this.#children.add(child);
    const restMs = (move.dueMs ?? 0) - monotonicMs();
    if (restMs > 0) setTimeout(() => child.look(), restMs);
    else child.look();
    void child.ended.then(() => {
      this.#children.delete(child);
      this.#room.childEnded();
    });
    this.#follow(
      child.verdict.then((found) => {
        switch (found.kind) {
          case 'handed': {
            const fate = move.kind === 'hand' ? 'handed' : 'unwaited';
            this.#troubles.end('mailer', 'gate: the mailer can be started again');
            const {pid} = child;
            this.#note(connection, move, fate, pid === undefined ? {} : {pid});
            return;
          }
          case 'early': {
            this.#note(connection, move, 'early', {said: found.said});
            return;
          }
          case 'left': {
            this.#note(connection, move, 'left');
            return;
          }
          case 'failed':
            this.#troubles.begin('mailer', `gate: no mailer for clients: ${found.why}`);
            {
              this.#note(connection, move, 'refused');
              return;
            }
        }
      }),
    );
  }

  #follow(work: Promise<void>): void {
    const whole = work.finally(() => this.#underWay.delete(whole));
    this.#underWay.add(whole);
  }

  #note(
    {client}: Connection,
    {waitedMs}: Move,
    fate: GateFate,
    more: Pick<GateVisit, 'pid' | 'said'> = {},
  ): void {
    this.#outbox.add({fate, client: client.text, atMs: nowMs(), waitedMs, ...more});
    const said = more.said === undefined ? '' : `: ${JSON.stringify(more.said)}`;
    const level = fate === 'early' ? 'notice' : 'info';
    this.#say(level, `gate: ${client.text} ${fates[fate]} after ${waitedMs} ms${said}`);
  }
}

const fates: Readonly<Record<GateFate, string>> = {
  handed: 'has the mailer',
  unwaited: 'has the mailer without a full wait',
  early: 'spoke before the greeting',
  left: 'left',
  refused: 'heard 421',
};
