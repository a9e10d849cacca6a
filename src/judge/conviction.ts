/**
 * Compares a client with the bars, and says what counted for and against it. Reports a stranger's
 * unknown names to the networks around it and to the wave. Changes nothing about the client except
 * what has been reported about it.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import type {PackedTable, Slot} from '../base/mechanisms/packed-table.js';
import type {Address} from '../net/address.js';
import type {ClientScope} from '../net/client-key.js';
import type {Policy} from '../score/policy.js';
import {nullSenderWeight, staleWeight} from '../score/weights.js';
import {type Bar, type Facts, isRow, lowBars, rounding, rowBar} from './bars.js';
import type {Friends} from './crowd/friends.js';
import type {Networks, NetworkVerdict} from './crowd/networks.js';
import type {Wave} from './crowd/wave.js';
import {mailerMemorySec, sentence, type Standing} from './ladder.js';
import {
  addU8,
  awaitedAt,
  field,
  flag,
  has,
  isInSecondChance,
  isRecentlyBlocked,
  isStranger,
  scoreAt,
  standingOf,
  takeWaveHour,
} from './memory/client-record.js';
import type {Suspects} from './memory/suspects.js';
import type {Because, BlockVerdict} from './verdict.js';

interface Witnesses {
  readonly clients: PackedTable;
  readonly networks: Networks;
  readonly wave: Wave;
  readonly friends: Friends;
  readonly suspects: Suspects;
  readonly learning: (atMs: number) => 'on' | 'off';
  readonly scope: ClientScope;
}

/** The most names of one stranger that are reported to its networks. A count. */
const mostReported = 3;

/** A client whose first delivery is more recent than this counts for a wave. Seconds: 12 hours. */
const newcomerSec = 12 * 3600;

/** How often a network may count for a wave. Ms: once an hour. */
const waveHolderMs = 3_600_000;

/** Networks whose last count is remembered. A count: some hundred kilobytes. */
const mostHolders = 4096;

/** The network that most likely belongs to one holder: a /24, or a /48. */
const holderOf = ({family, value, text}: Address): string =>
  family === 4 ? text.slice(0, text.lastIndexOf('.')) : String(value >> 80n);

export class Convictions {
  readonly #policy: Policy;
  readonly #witnesses: Witnesses;
  /** When each network counted for the wave. A restart begins with none. */
  readonly #holders = new BoundedMap<string, number>(mostHolders);

  constructor(policy: Policy, witnesses: Witnesses) {
    [this.#policy, this.#witnesses] = [policy, witnesses];
  }

  /** @param accepted whether the number of accepted recipients in its open envelope is known */
  row(
    slot: Slot,
    client: Address,
    accepted: 'known' | 'unknown',
    atMs: number,
  ): BlockVerdict | undefined {
    const {clients} = this.#witnesses;
    const sec = Math.floor(atMs / 1000);
    const score = scoreAt(clients, slot, sec);
    if (score + rounding < this.#policy.threshold) return undefined; // nearly always
    const bar = this.rowBar(slot, atMs);
    if (score + rounding < bar) return undefined;
    const isVoid = isRecentlyBlocked(clients, slot, sec);
    const postponed = this.#postponed(slot, sec);
    const known = accepted === 'known' ? postponed : 'unknown';
    if (!isRow(score, bar, isVoid ? 0 : known, this.#policy)) return undefined;
    return this.#verdict(slot, client, {rule: 'row', bar}, score, atMs);
  }

  /** How many names in a row block the client now. */
  rowBar(slot: Slot, atMs: number): number {
    const {clients, learning} = this.#witnesses;
    const sec = Math.floor(atMs / 1000);
    const firstSec = clients.u32(slot, field.firstSec);
    return rowBar(
      {
        delivered: clients.u16(slot, field.delivered),
        knownSeconds: firstSec === 0 ? 0 : sec - firstSec,
        learning: learning(atMs),
        blocked: isRecentlyBlocked(clients, slot, sec) ? 'lately' : 'no',
      },
      this.#policy,
    );
  }

  /** Recipients that seem to be accepted, and whose mail may still arrive. A count. */
  #postponed(slot: Slot, sec: number): number {
    const {clients} = this.#witnesses;
    return clients.u16(slot, field.openAccepted) + awaitedAt(clients, slot, sec);
  }

  /** Applies the strangers' bars: an envelope has ended without mail. */
  low(
    slot: Slot,
    client: Address,
    {sender, fresh}: Pick<Facts, 'sender' | 'fresh'>,
    atMs: number,
  ): BlockVerdict | undefined {
    const {clients} = this.#witnesses;
    const bars = this.lowBars(slot, client, {sender, fresh}, atMs);
    if (bars.length === 0) return undefined;
    const score = this.#lowScore(slot, Math.floor(atMs / 1000));
    const met = bars.find(({bar}) => score + rounding >= bar);
    if (met === undefined) return undefined;
    return this.#verdict(slot, client, met, scoreAt(clients, slot, Math.floor(atMs / 1000)), atMs);
  }

  /** The strangers' bars that apply to the client now, if such an envelope ended. */
  lowBars(
    slot: Slot,
    client: Address,
    {sender, fresh}: Pick<Facts, 'sender' | 'fresh'>,
    atMs: number,
  ): Bar[] {
    const {clients, networks, wave, friends, learning, scope} = this.#witnesses;
    const sec = Math.floor(atMs / 1000);
    if (isInSecondChance(clients, slot, sec) || this.#lowScore(slot, sec) <= 0) return [];
    if (friends.has(scope.textOf(client))) return [];
    const isFree = clients.u8(slot, field.blocks) > 0;
    const isOne = isStranger(clients, slot);
    // The answer matters only for strangers, so only they are looked up.
    const isHot =
      isOne &&
      sender === 'named' &&
      fresh > 0 &&
      !scope.isNear(client) &&
      networks.standing(client, atMs) === 'hot';
    const facts: Facts = {
      standing: isOne ? 'stranger' : 'other',
      sender,
      senders: has(clients, slot, flag.namedSender) ? 'named' : 'null',
      fresh,
      sec,
      firstSec: clients.u32(slot, field.firstSec),
      freeSec: isFree ? clients.u32(slot, field.blockedUntilSec) : 0,
      deliveredSec: clients.u32(slot, field.firstDeliverySec),
      wave: wave.isOn(atMs) ? 'on' : 'off',
      network: isHot ? 'hot' : 'ordinary',
      learning: learning(atMs),
    };
    return lowBars(facts, this.#policy);
  }

  /** Reports a stranger's new names to the wave and the networks. @returns networks to block */
  report(
    slot: Slot,
    client: Address,
    {sender, fresh}: Pick<Facts, 'sender' | 'fresh'>,
    atMs: number,
  ): BlockVerdict[] {
    const {clients, networks, friends, learning, scope} = this.#witnesses;
    if (fresh === 0 || learning(atMs) === 'on') return [];
    const sec = Math.floor(atMs / 1000);
    if (scoreAt(clients, slot, sec) <= 0) return [];
    const isYoung = sec - clients.u32(slot, field.firstDeliverySec) < newcomerSec;
    const isOne = isStranger(clients, slot);
    if ((!isOne && !isYoung) || friends.has(scope.textOf(client))) return [];
    // Bounces of forged mail come in waves from innocent servers.
    if (sender === 'named' && takeWaveHour(clients, slot, sec) === 'taken')
      this.#noteWave(client, atMs);
    const reported = clients.u8(slot, field.reported);
    const names = Math.min(fresh, mostReported - reported);
    if (!isOne || names <= 0 || scope.isNear(client)) return [];
    addU8(clients, slot, field.reported, names);
    const weight = sender === 'null' ? nullSenderWeight : 1;
    const verdicts = networks.asked(client, names * weight, atMs);
    return verdicts.map((verdict) => this.#ofNetwork(verdict, client, atMs));
  }

  /** Each network counts once an hour: a single holder of many addresses must not cause a wave. */
  #noteWave(client: Address, atMs: number): void {
    const holder = holderOf(client);
    const before = this.#holders.get(holder);
    if (before !== undefined && atMs - before < waveHolderMs) return;
    this.#holders.set(holder, atMs);
    this.#witnesses.wave.note(atMs);
  }

  standing(slot: Slot, sec: number): Standing {
    const {clients} = this.#witnesses;
    const kind = standingOf(clients, slot);
    const ago = sec - clients.u32(slot, field.blockedUntilSec);
    const isForgotten = kind !== 'stranger' && ago > mailerMemorySec;
    const blocks = isForgotten ? 0 : clients.u8(slot, field.blocks);
    return {kind, blocks, rung: clients.u8(slot, field.rung)};
  }

  #lowScore(slot: Slot, sec: number): number {
    const {clients} = this.#witnesses;
    const held = staleWeight * clients.u8(slot, field.stale) + awaitedAt(clients, slot, sec);
    return scoreAt(clients, slot, sec) - held;
  }

  #verdict(
    slot: Slot,
    client: Address,
    {rule, bar}: Bar,
    score: number,
    atMs: number,
  ): BlockVerdict {
    const {clients, suspects, scope, wave} = this.#witnesses;
    const standing = this.standing(slot, Math.floor(atMs / 1000));
    const {seconds, repeat} = sentence(rule, standing, this.#policy);
    const suspect = suspects.of(scope.textOf(client));
    const unknown = clients.u16(slot, field.unknown);
    const because: Because = {
      rule,
      score,
      bar,
      counts: suspect?.counts ?? (unknown === 0 ? {} : {unknownRecipient: unknown}),
      seconds: Math.round(((suspect?.lastMs ?? 0) - (suspect?.firstMs ?? 0)) / 1000),
      delivered: clients.u16(slot, field.delivered),
      deliveredDays: clients.u16(slot, field.days),
      stale: clients.u8(slot, field.stale),
      wave: wave.isOn(atMs) ? 'on' : 'off',
      names: suspect?.names ?? [],
      proof: undefined, // the proof is added when the block is made
      weakest: suspect?.proof,
    };
    return {network: scope.of(client), seconds, repeat, because};
  }

  #ofNetwork(
    {network, score, bar, members, repeat, seconds, within}: NetworkVerdict,
    client: Address,
    atMs: number,
  ): BlockVerdict {
    const because: Because = {
      rule: 'neighbours',
      score,
      bar,
      counts: {},
      seconds: 0,
      delivered: 0,
      deliveredDays: 0,
      stale: 0,
      wave: this.#witnesses.wave.isOn(atMs) ? 'on' : 'off',
      members,
      within,
      names: this.#witnesses.suspects.of(this.#witnesses.scope.textOf(client))?.names ?? [],
      proof: undefined,
    };
    const longest = Math.min(seconds, this.#policy.longestBlockSeconds);
    return {network, seconds: longest, repeat, because};
  }
}
