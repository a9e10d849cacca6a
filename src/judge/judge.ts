/**
 * The sequential test: is this client a mailer or a guesser? Each answer of the mailer is an observation about a
 * distinct name, and moves the client's score (`score/weights.ts`); at a bar (`bars.ts`) it is blocked
 * (`ladder.ts`). Time is log time, so a replayed log gives the same verdicts. `guard/guard.ts` decides which
 * clients are exempt and whether a block is made; it must then call `blocked`.
 */
import type {PackedTable, Slot} from '../base/mechanisms/packed-table.js';
import {type Evidence, isEarlyTalk} from '../mail/evidence.js';
import type {Delivery, EndedEnvelope} from '../mail/join-outcome.js';
import type {Address} from '../net/address.js';
import {addressBytes} from '../net/address-bytes.js';
import {ClientScope} from '../net/client-key.js';
import {deedHash, isBareName, nameHash, plainName} from '../score/names.js';
import type {Policy} from '../score/policy.js';
import {
  nullSenderOfMailerWeight,
  nullSenderOfRecordWeight,
  nullSenderWeight,
} from '../score/weights.js';
import {Credits} from './credits.js';
import {Convictions} from './conviction.js';
import {
  addScore,
  addStuck,
  addU16,
  addU8,
  awaitMore,
  field,
  flag,
  standingOf,
  scoreAt,
  setFlag,
} from './memory/client-record.js';
import {Friends} from './crowd/friends.js';
import {KnownNames} from './crowd/known-names.js';
import {ListLoss} from './crowd/list-loss.js';
import {Networks} from './crowd/networks.js';
import {Wave} from './crowd/wave.js';
import {sentence} from './ladder.js';
import {learningUntilMs} from './learning.js';
import {beginBlock} from './memory/begin-block.js';
import {Memory, memoryLimits} from './memory/memory.js';
import {JudgedEnvelopes} from './memory/judged-envelopes.js';
import {answered, type OpenEnvelope} from './memory/open-envelope.js';
import {Suspects} from './memory/suspects.js';
import type {JudgeTables} from './tables.js';
import type {BlockVerdict} from './verdict.js';
import {EarlyTalk} from './weighing/early-talk.js';
import {weightOf} from './weighing/weight.js';

export interface Judgement {
  /** `paid`: the evidence led to a block, or came during one, so it does not count again. */
  readonly as: 'weighed' | 'paid';
  /** What this evidence added, in names. */
  readonly counted: number;
  /** The client's score including it, in names. */
  readonly score: number;
  /** If it counted: the bar of its row, in names, and whether the client had delivered mail. */
  readonly row?: {readonly bar: number; readonly mail: 'had' | 'none'};
  readonly verdicts: readonly BlockVerdict[];
  /** `began`: the relay has lost its list of users; from now on no client is judged. */
  readonly listLoss: 'same' | 'began';
}

/** What a new sign added, in names, and when it happened, not later than now. Ms. */
type Weighed = Readonly<Record<'atMs' | 'counted' | 'fresh', number>>;

export class Judge {
  readonly memory: Memory;
  readonly networks: Networks;
  readonly wave: Wave;
  readonly listLoss: ListLoss;
  readonly names: KnownNames;
  readonly friends: Friends;
  readonly suspects: Suspects;
  readonly #earlyTalk: EarlyTalk;
  readonly policy: Policy;
  readonly convictions: Convictions;
  readonly #credits: Credits;
  readonly #tables: JudgeTables;
  readonly #clients: PackedTable;
  readonly #envelopes: JudgedEnvelopes;
  readonly scope: ClientScope;

  /** @param limits how many clients are remembered; default: `memoryLimits` */
  constructor(policy: Policy, tables: JudgeTables, limits = memoryLimits) {
    this.policy = policy;
    this.#tables = tables;
    this.scope = new ClientScope(policy.ipv6Prefix);
    this.memory = new Memory(tables, this.scope, limits);
    const {ipv6Prefix} = policy;
    this.#envelopes = new JudgedEnvelopes(tables.openEnvelopes, this.memory, ipv6Prefix);
    this.#clients = this.memory.clients;
    this.networks = new Networks(tables.networks, {ipv6Prefix: policy.ipv6Prefix});
    this.wave = new Wave(tables.wave);
    this.listLoss = new ListLoss(tables.listLoss);
    this.names = new KnownNames(tables.names);
    this.friends = new Friends(tables.friends);
    this.suspects = new Suspects(tables.suspects);
    this.#earlyTalk = new EarlyTalk(policy, tables.greeted, {
      ...{clients: this.#clients, friends: this.friends},
      textOf: (client) => this.textOf(client),
    });
    this.#credits = new Credits({
      ...{memory: this.memory, names: this.names, listLoss: this.listLoss},
      ...{networks: this.networks, friends: this.friends},
      scope: this.scope,
    });
    this.convictions = new Convictions(policy, {
      ...{clients: this.#clients, networks: this.networks, wave: this.wave},
      ...{friends: this.friends, suspects: this.suspects},
      learning: (atMs) => (this.learningUntilMs(atMs) === undefined ? 'off' : 'on'),
      scope: this.scope,
    });
  }

  /** Until when the bars are higher because little is known about this relay; undefined: they are not. */
  learningUntilMs(atMs: number): number | undefined {
    if (this.policy.learning === 'off') return undefined;
    return learningUntilMs(this.#tables.learning, atMs);
  }

  /** The key of a client. */
  textOf(client: Address): string {
    return this.scope.textOf(client);
  }

  /**
   * Takes a sign against a client.
   *
   * @param nowMs the clock, or for an old log the time of its last change: nothing happened later
   */
  hear(evidence: Evidence, nowMs: number): Judgement {
    const {client, kind, subjectIs} = evidence;
    const atMs = Math.min(evidence.atMs, nowMs);
    const sec = secOf(atMs);
    const before = this.memory.find(client);
    if (before !== undefined && this.#isPaidFor(before, sec))
      return this.#nothing(before, sec, 'paid');
    const plain = plainName(evidence.subject);
    const hash = nameHash(plain);
    const isOurs = kind === 'unknownRecipient';
    const isName = (isOurs || kind === 'undeliverable') && subjectIs !== 'ambiguous';
    const known = isName ? this.names.standing(hash, atMs) : 'never';
    // Nobody guesses a name that took mail this week: either the relay has changed, or the spelling was varied.
    const isLost = isOurs && known === 'thisWeek' && isBareName(evidence.subject);
    const listLoss = isLost ? this.listLoss.refused(hash, client, atMs) : 'same';
    if (known === 'thisWeek' || this.listLoss.view().kind === 'on') {
      return {...this.#nothing(before, sec), listLoss};
    }
    const slot = before ?? this.memory.add(client);
    const act = this.#earlyTalk.act(slot, evidence, atMs);
    const weight = act?.weight ?? weightOf(this.#clients, slot, evidence, known, sec);
    const deed = isEarlyTalk(kind) ? 'pregreet' : kind;
    const isNew =
      weight > 0 &&
      (act !== undefined ||
        subjectIs === 'ambiguous' ||
        this.memory.noteDeed(slot, deedHash(deed, plain), sec) === 'new');
    const counted = isNew ? weight : 0;
    if (isNew) {
      addScore(this.#clients, slot, weight, sec);
      if (kind === 'stuckSession') addStuck(this.#clients, slot, sec);
      if (known === 'stale') addU8(this.#clients, slot, field.stale, 1);
      else if (kind === 'unknownRecipient') addU16(this.#clients, slot, field.unknown, 1);
      const as = known === 'stale' ? 'stale' : 'counted';
      const unknown = this.#clients.u16(slot, field.unknown);
      this.suspects.note(this.textOf(client), evidence, plain, as, atMs, unknown);
    }
    const isFresh = isNew && kind === 'unknownRecipient' && known === 'never';
    const weighed = {atMs, counted, fresh: isFresh ? 1 : 0};
    const verdicts = this.#afterEvidence(slot, evidence, weighed);
    const score = scoreAt(this.#clients, slot, sec);
    const mail = this.#clients.u16(slot, field.delivered) > 0 ? 'had' : 'none';
    const row = {bar: this.convictions.rowBar(slot, atMs), mail} as const;
    return {as: 'weighed', counted, score, row, verdicts, listLoss};
  }

  /** An envelope has ended that had a refusal, or that brought a message. */
  envelopeEnded(ended: EndedEnvelope): BlockVerdict[] {
    const {client, sender, message, atMs} = ended;
    const envelope = this.#envelopes.get(ended.envelope);
    if (envelope === undefined) return this.#awaitMail(ended);
    this.#envelopes.end(ended.envelope, envelope);
    const slot = this.memory.find(client);
    if (slot === undefined) return [];
    const clients = this.#clients;
    const sec = secOf(atMs);
    // These signs came before the end of a block: its message named them, and the score has restarted.
    const blockedUntilSec = clients.u32(slot, field.blockedUntilSec);
    if (clients.u8(slot, field.blocks) > 0 && envelope.firstMs / 1000 < blockedUntilSec) return [];
    if (this.listLoss.view().kind === 'on') return [];
    if (sender === 'null') this.#correctNull(slot, client, envelope.weighed, atMs);
    else if (envelope.weighed > 0) setFlag(clients, slot, flag.namedSender, 'on');
    if (message === 'taken') awaitMore(clients, slot, ended.accepted, sec);
    const about = {sender, fresh: envelope.fresh};
    const own = (): BlockVerdict | undefined => {
      const row = this.#row(slot, client, atMs);
      if (row !== undefined || message === 'taken' || envelope.counted === 0) return row;
      return this.convictions.low(slot, client, about, atMs);
    };
    // Before the client itself is judged: otherwise an attacker that takes a new address for each name would leave
    // no evidence on its network.
    const around = this.convictions.report(slot, client, about, atMs);
    const verdict = own();
    return verdict === undefined ? around : [verdict, ...around];
  }

  /** Sources disagree about the client of an envelope: it counts for nobody. */
  disputed(envelope: string): void {
    const client = this.#envelopes.takeBack(envelope);
    if (client !== undefined) this.suspects.forget(this.textOf(client));
  }

  /** Mail arrived at its destination. @returns `ended`: the relay has its list of users again */
  delivered(delivery: Delivery): 'same' | 'ended' {
    return this.#credits.delivered(delivery);
  }

  /** The verdict has become a block. */
  blocked({network, because: {rule}}: BlockVerdict, untilMs: number, fromMs: number): void {
    if (rule === 'neighbours') return;
    const clients = this.#clients;
    const slot = this.memory.addKey(
      addressBytes({family: network.family, value: network.first, text: network.text}),
    );
    const fromSec = secOf(fromMs);
    const standing = this.convictions.standing(slot, fromSec);
    const {repeat, rung, scoreAfter, after} = sentence(rule, standing, this.policy);
    beginBlock(clients, slot, {repeat, rung, scoreAfter, after, fromSec, untilMs});
    this.suspects.forget(network.text);
  }

  /** The verdict did not become a block; the client's next sign produces it again. */
  notBlocked({network, because: {rule}}: BlockVerdict, atMs: number): void {
    if (rule === 'neighbours') this.networks.takenBack(network, atMs);
  }

  /** When its latest block ends or ended; 0: it had none. Ms since the epoch. */
  blockedUntilMs(client: Address): number {
    const slot = this.memory.find(client);
    return slot === undefined ? 0 : this.#clients.u32(slot, field.blockedUntilSec) * 1000;
  }

  /** What follows from time alone. */
  sweep(nowMs: number): 'same' | 'ended' {
    const sec = secOf(nowMs);
    this.memory.sweep(sec, this.policy.longestBlockSeconds);
    this.#envelopes.sweep(nowMs);
    this.networks.sweep(nowMs);
    this.names.sweep(nowMs);
    this.wave.sweep(nowMs);
    this.friends.sweep(nowMs);
    this.#earlyTalk.sweep(nowMs);
    return this.listLoss.sweep(nowMs);
  }

  #nothing(slot: Slot | undefined, sec: number, as: Judgement['as'] = 'weighed'): Judgement {
    const score = slot === undefined ? 0 : scoreAt(this.#clients, slot, sec);
    return {as, counted: 0, score, verdicts: [], listLoss: 'same'};
  }

  /** Whether a sign led to a block or came during one: then it does not count again, however late it is read. */
  #isPaidFor(slot: Slot, sec: number): boolean {
    return sec < this.#clients.u32(slot, field.blockedUntilSec);
  }

  #afterEvidence(slot: Slot, evidence: Evidence, weighed: Weighed): BlockVerdict[] {
    const {client, kind} = evidence;
    const {atMs, fresh} = weighed;
    // The mailer logs nothing more about a client that talked early, so there is no end to wait for.
    const isWhole = this.#earlyTalk.isWhole(kind);
    const envelope = kind === 'undeliverable' || isWhole ? undefined : evidence.envelope;
    if (envelope === undefined) {
      if (fresh > 0) setFlag(this.#clients, slot, flag.namedSender, 'on');
      const around = this.convictions.report(slot, client, {sender: 'named', fresh}, atMs);
      const row = this.#row(slot, client, atMs);
      return row === undefined ? around : [row, ...around];
    }
    const open = this.#inEnvelope(slot, envelope, evidence, weighed);
    const isUnknown = open.accepted === undefined;
    const row = this.#row(slot, client, atMs, isUnknown ? 'unknown' : 'known');
    if (row === undefined) return [];
    this.#envelopes.reported(envelope, open);
    const about = {sender: 'named', fresh: open.fresh} as const;
    return [row, ...this.convictions.report(slot, client, about, atMs)];
  }

  /** One more refusal in an open envelope. */
  #inEnvelope(
    slot: Slot,
    key: string,
    {client, subject, answeredBytes, unreadBytes = 0, written}: Evidence,
    {atMs, counted, fresh}: Weighed,
  ): OpenEnvelope {
    const before = this.#envelopes.of(key, client, atMs);
    const seen = answeredBytes === undefined ? undefined : {answeredBytes, unreadBytes, written};
    const open = answered(before, subject, seen, atMs);
    if (fresh > 0) open.weighed += counted;
    open.fresh += fresh;
    if (counted > 0) {
      open.counted += 1;
      open.scored = (open.scored ?? 0) + counted;
    }
    this.#envelopes.put(slot, key, before, open);
    return open;
  }

  /** @param accepted whether the recipients are known that this envelope has accepted so far */
  #row(
    slot: Slot,
    client: Address,
    atMs: number,
    accepted: 'known' | 'unknown' = 'known',
  ): BlockVerdict | undefined {
    const isVague = accepted === 'unknown' || this.#envelopes.isVague(client);
    return this.convictions.row(slot, client, isVague ? 'unknown' : 'known', atMs);
  }

  /** The envelope had no refusal: until its mail arrives, its recipients count in the client's favour. */
  #awaitMail({client, message, accepted, atMs}: EndedEnvelope): [] {
    if (message === 'taken') {
      awaitMore(this.#clients, this.memory.add(client), accepted, secOf(atMs));
    }
    return [];
  }

  #nullWeight(slot: Slot, client: Address, atMs: number): number {
    const standing = standingOf(this.#clients, slot);
    // On the first day no client can have a record, so a server that only makes call-outs is treated as if it had
    // one.
    const isFirstDay = this.learningUntilMs(atMs) !== undefined;
    if (standing === 'record' || isFirstDay) return nullSenderOfRecordWeight;
    const isKnown = standing === 'mailer' || this.friends.has(this.textOf(client));
    return isKnown ? nullSenderOfMailerWeight : nullSenderWeight;
  }

  /** That the sender was null is known only at the envelope's end, so the score is corrected then. */
  #correctNull(slot: Slot, client: Address, weighed: number, atMs: number): void {
    const weight = this.#nullWeight(slot, client, atMs);
    const score = this.#clients.f32(slot, field.score);
    this.#clients.setF32(slot, field.score, score - weighed * (1 - weight));
  }
}

const secOf = (atMs: number): number => Math.floor(atMs / 1000);
