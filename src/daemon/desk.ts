/**
 * Answers operators: passes a request on, has its consequences enforced, and reports the result. Also assembles
 * the status. `control/operator.ts` decides the answer to each request.
 */
import type {DropsBeside} from '../blocks/beside.js';
import type {HistoryEntry} from '../blocks/history.js';
import {endlessBlocks} from '../blocks/overdue.js';
import {shownSettings} from '../config/effective.js';
import type {Config} from '../config/schema.js';
import type {TrialView} from '../config/trial.js';
import {greetedView, type Known} from '../control/greeted.js';
import {serve} from '../control/operator.js';
import type {Answer, GuardRequest} from '../control/protocol.js';
import type {ComplaintDesk} from './complaint/complaint-desk.js';
import type {Enforcement} from './enforcement/enforcement.js';
import type {GreetingDesk} from './greeting/greeting-desk.js';
import type {EffectWatch} from '../sessions/live/effect-watch.js';
import type {Enforced} from '../firewall/enforced.js';
import type {Guard} from '../guard/guard.js';
import type {State} from '../guard/state.js';
import type {HearingView} from '../hearing/view.js';
import type {Family} from '../net/address.js';
import {networkOf} from '../net/network.js';
import {blocksByRule, familiesOf, type PathTrouble, type Status} from '../report/status.js';
import type {WhyView} from '../report/why-lines.js';
import type {Judged} from '../judge/view.js';
import type {Exemptions} from '../score/exempt.js';
import type {WhitelistView} from '../score/whitelist-view.js';
import {mailStatus} from '../report/mail/status.js';
import type {SenderBook} from '../submission/book.js';
import {Exempts} from '../submission/exempt.js';
import type {LongQueueView} from '../submission/queue/length.js';
import {mailSenders, type Viewed} from '../submission/view.js';
import type {QueuedCount} from '../submission/whose/in-transit.js';
import {Users} from '../sys/proc/users.js';
import type {Policy} from '../score/policy.js';
import {atMost} from '../sys/run/at-most.js';

/**
 * How long an answer may wait for the firewall. Ms: the command waits 30 s, and a firewall program that hangs
 * takes longer.
 */
export const longestAnswerMs = 10_000;

/**
 * How long an answer may wait for a listing. Ms: a command takes a daemon that is silent for a second to be hung
 * (`cli/inspect/hung-daemon.ts`); a listing of 50,000 rules takes half of this time.
 */
const longestLookMs = 700;

const unanswered: DropsBeside = {
  drops: [],
  more: 0,
  unread: ['the firewall has not answered yet; ask again'],
};

export interface DeskParts {
  readonly config: Config;
  readonly state: State;
  readonly guard: Guard;
  readonly policy: Policy;
  readonly exemptions: () => Exemptions;
  readonly history: (network: string, most: number) => readonly HistoryEntry[];
  /** The history of all networks since that time, the newest first; absent: none is kept. */
  readonly events?: (sinceMs: number, most: number) => readonly HistoryEntry[];
  readonly enforcement: Enforcement;
  /** Settings whose files or programs do not work; absent: not checked. */
  readonly paths?: () => readonly PathTrouble[];
  /** The whitelist in force; absent: no daemon runs. */
  readonly whitelist?: () => WhitelistView;
  /** Whether blocks are effective; undefined: not watched. */
  readonly effect?: Pick<EffectWatch, 'view' | 'passagesOf'>;
  /** How many of the rules for outgoing mail are in force. */
  readonly egress: () => ReadonlyMap<Family, Enforced>;
  /** Whether the configuration is on trial. */
  readonly trial: () => TrialView;
  /** When the daemon started, ms since the epoch; undefined: none runs. */
  readonly sinceMs: () => number | undefined;
  /** Whether the daemon hears the mailer. */
  readonly hearing: () => HearingView;
  /** The state of the greeting; absent: no daemon runs. */
  readonly greeting?: Pick<GreetingDesk, 'view' | 'waiting'>;
  /** The state of complaints; absent: no daemon runs. */
  readonly complaints?: Pick<ComplaintDesk, 'status'>;
  /** The book of senders, and whether mail is still counted into it. */
  readonly mail: {
    readonly book: SenderBook;
    readonly is: 'counted' | 'left';
    readonly queued: () => Viewed['queued'];
    /** Messages in the mailer's queue; undefined: not counted yet. */
    readonly inQueue: () => QueuedCount | undefined;
    readonly longQueue: () => LongQueueView | undefined;
    readonly holdTrouble: () => string | undefined;
  };
}

export class Desk {
  readonly #parts: DeskParts;
  readonly #judged: Judged;
  readonly #exempts: Exempts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#judged = parts.guard.judged;
    const users = new Users();
    this.#exempts = new Exempts(parts.config.mailExempt, (name) => users.uidOf(name));
  }

  /** Answers one request. By then a change is in force, or is being retried. */
  async answer(request: GuardRequest): Promise<Answer> {
    const {enforcement} = this.#parts;
    if (enforcement.isStopped) return {kind: 'refused', message: 'the daemon is ending'};
    // The history must include what has just happened.
    enforcement.save();
    const view = {
      ...this.#parts,
      exemptions: this.#parts.exemptions(),
      judged: this.#judged,
      whitelist: this.#parts.config.whiteList,
      guardedPorts: enforcement.ports,
      status: () => this.status(),
      waiting: () => this.#parts.greeting?.waiting ?? {waiting: 0, waiters: []},
      greeted: (known: Known) =>
        greetedView(
          known,
          this.#parts.state,
          {...this.#parts.config, unruled: this.#parts.greeting?.view.unruled ?? 0},
          enforcement.now(),
        ),
      mailSenders: (seconds: number, nowMs: number) => {
        const {state, mail} = this.#parts;
        const viewed = {book: mail.book, queued: mail.queued()};
        return mailSenders(state, viewed, this.#exempts, seconds, nowMs);
      },
      passagesOf: (network: string) => this.#parts.effect?.passagesOf(network),
      due: this.#parts.complaints?.status?.due ?? 0,
    };
    const {answer, outcomes} = serve(request, view, enforcement.now());
    if (answer.kind === 'why') return {...answer, why: await this.#withOthers(answer.why)};
    if (outcomes.length === 0) return this.#asItStands(request, answer);
    await atMost(longestAnswerMs, enforcement.carryOut(outcomes));
    // Saved before the answer: no log line could bring back what an operator decided.
    enforcement.save();
    if (answer.kind !== 'done') return answer;
    return {...answer, message: `${answer.message}${this.#butFor(request)}`};
  }

  /**
   * For a block that exists already: if the firewall or the disk refused it before, it is still not in force.
   */
  #asItStands(request: GuardRequest, answer: Answer): Answer {
    const isBlock = request.command === 'block' && answer.kind === 'unchanged';
    // Without a daemon the command enforces it again.
    if (!isBlock || this.#parts.sinceMs() === undefined) return answer;
    return {...answer, message: `${answer.message}${this.#butFor(request)}`};
  }

  /** Which part of the change is not in force, or not saved. */
  #butFor(request: GuardRequest): string {
    const {enforcement} = this.#parts;
    const isEnforced = !('network' in request) || enforcement.isEnforced(request.network);
    const once = isEnforced ? '' : ', once the firewall takes it: it refuses now';
    const {unsaved} = enforcement;
    const lost =
      unsaved === undefined ? '' : `; NOT saved, lost if the daemon ends now: ${unsaved}`;
    return `${once}${lost}`;
  }

  /** Adds the rules of others. If the firewall hangs, the answer comes without them. */
  async #withOthers(why: WhyView): Promise<WhyView> {
    // Without a daemon, a command calls no program that it does not need.
    if (why.exemption !== null && this.#parts.sinceMs() === undefined) return why;
    const block = why.block === null ? 'none' : 'stands';
    const network = networkOf(why.network);
    const found: {beside: DropsBeside | undefined} = {beside: unanswered};
    const asked = this.#parts.enforcement.dropsBeside(network, block);
    await atMost(
      longestLookMs,
      asked.then((beside) => void (found.beside = beside)),
    );
    return found.beside === undefined ? why : {...why, beside: found.beside};
  }

  #paths(): Pick<Status, 'paths'> {
    const paths = this.#parts.paths?.() ?? [];
    return paths.length === 0 ? {} : {paths};
  }

  status(): Status {
    const {config, state, enforcement, egress, trial, hearing, mail} = this.#parts;
    const sinceMs = this.#parts.sinceMs();
    const nowMs = enforcement.now();
    const endless = endlessBlocks(state.blocks.values(), config.backend, nowMs);
    return {
      sinceMs,
      backend: config.backend,
      families: familiesOf(enforcement.enforced),
      egress: {mode: config.outbound, families: familiesOf(egress())},
      blocks: state.blocks.size,
      blocksByRule: blocksByRule(state.blocks.values()),
      crowd: this.#judged.crowd(nowMs),
      trial: trial(),
      // A running daemon ends them.
      ...(sinceMs === undefined && endless !== undefined ? {endless} : {}),
      effect: this.#parts.effect?.view,
      unsaved: enforcement.unsaved,
      ...this.#paths(),
      whitelist: this.#parts.whitelist?.(),
      outcomes: enforcement.outcomes,
      ...(mail.is === 'counted' && {
        mail: mailStatus(config.outgoingMail, state.mailSenders.size, mail.book, {
          inQueue: mail.inQueue(),
          longQueue: mail.longQueue(),
          holdTrouble: mail.holdTrouble(),
        }),
      }),
      hearing: hearing(),
      greeting: this.#parts.greeting?.view,
      complaints: this.#parts.complaints?.status,
      settings: shownSettings(config),
    };
  }
}
