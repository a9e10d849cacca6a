/** Collects what the judge knows, for an operator (`view.ts`). Changes nothing. */
import {addressOf} from '../net/address.js';
import type {Network} from '../net/network.js';
import type {Judge} from './judge.js';
import {sentence} from './ladder.js';
import {
  field,
  floorOf,
  isInSecondChance,
  scoreAt,
  secondChanceUntil,
  standingOf,
} from './memory/client-record.js';
import type {Bar, ClientView, CrowdView, Judged, KnownClients} from './view.js';

export const judgedBy = (judge: Judge): Judged => ({
  client: (network, atMs) => clientView(judge, network, atMs),
  crowd: (atMs) => crowdView(judge, atMs),
});

export const knownBy = (judge: Judge): KnownClients => ({
  withRecord: () => recordsOf(judge),
  friends: () => judge.friends.all(),
  textOf: (client) => judge.textOf(client),
});

function* recordsOf({memory, scope}: Judge): Generator<string> {
  for (const key of memory.withRecord()) yield scope.ofKey(key).text;
}

function clientView(judge: Judge, network: Network, atMs: number): ClientView | undefined {
  const {memory, scope, suspects, friends, networks} = judge;
  const {clients} = memory;
  const address = addressOf(network.family, network.first);
  const whole = scope.of(address);
  const slot = network.prefix < whole.prefix ? undefined : clients.find(scope.keyOf(address));
  const client = whole.text;
  if (slot === undefined) return undefined;
  const sec = Math.floor(atMs / 1000);
  const suspect = suspects.of(client);
  const deliveredSec = clients.u32(slot, field.lastDeliverySec);
  const {blocks} = judge.convictions.standing(slot, sec);
  return {
    client,
    score: scoreAt(clients, slot, sec),
    floor: 0 - floorOf(clients, slot, sec),
    bars: barsNow(judge, slot, network, atMs),
    counts: suspect?.counts ?? {},
    stale: clients.u8(slot, field.stale),
    names: suspect?.names ?? [],
    firstMs: suspect?.firstMs,
    lastMs: suspect?.lastMs,
    delivered: clients.u16(slot, field.delivered),
    deliveredDays: clients.u16(slot, field.days),
    deliveredMs: deliveredSec === 0 ? undefined : deliveredSec * 1000,
    standing: standingOf(clients, slot),
    friend: friends.has(client) ? 'yes' : 'no',
    blocks,
    secondChanceMs: isInSecondChance(clients, slot, sec)
      ? secondChanceUntil(clients, slot) * 1000
      : undefined,
    network: scope.isNear(address) ? 'ordinary' : networks.standing(address, atMs),
  };
}

/** The bars as if an envelope with one more unknown name ended now. */
function barsNow(judge: Judge, slot: number, network: Network, atMs: number): Bar[] {
  const {convictions, policy, listLoss} = judge;
  if (listLoss.view().kind === 'on') return [];
  const address = addressOf(network.family, network.first);
  const low = convictions.lowBars(slot, address, {sender: 'named', fresh: 1}, atMs);
  const standing = convictions.standing(slot, Math.floor(atMs / 1000));
  const row = {rule: 'row' as const, bar: convictions.rowBar(slot, atMs)};
  return [row, ...low].map(({rule, bar}) => ({
    rule,
    names: bar,
    blockSeconds: sentence(rule, standing, policy).seconds,
  }));
}

function crowdView(judge: Judge, atMs: number): CrowdView {
  const {wave, listLoss, memory, networks, names} = judge;
  const untilMs = judge.learningUntilMs(atMs);
  return {
    wave: wave.view(atMs),
    listLoss: listLoss.view(),
    learning: untilMs === undefined ? {kind: 'off'} : {kind: 'on', untilMs},
    remembered: {...memory.counts(), networks: networks.size, names: names.size},
  };
}
