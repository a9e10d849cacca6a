/**
 * The way to the gate as a table of nftables of its own for each family. What lasts only for a
 * while is an element of a set, which the kernel ends itself: passed clients, and that the gate
 * takes clients at all. If anything else in the table differs from what we make, the table is made
 * again.
 */
import type {Desired} from '../../blocks/intent.js';
import {elementLines, withoutOverlap} from '../../blocks/sets/nftables.js';
import {doSetSteps, driftIn, type Elements, planSet, type SetStep} from '../../blocks/sets/set.js';
import {type Backend, countKinds, type Wish} from '../../firewall/backend.js';
import {familyWord, nft, tableOf} from '../../firewall/nft.js';
import type {Family} from '../../net/address.js';
import {createdGate, gateShape, type GateTable, readGateTable} from './nftables-listing.js';
import {aliveUntil, gateName, type GateRules, isAliveRight, mayLapse, smtpPort} from './spec.js';

export const gateTable = (family: Family): string =>
  `${familyWord(family)} ${tableOf({chain: gateName})}`;

export function gateTableBackend(family: Family): Backend<GateTable, GateRules> {
  const table = gateTable(family);
  const isOurs = (actual: GateTable, desired: GateRules) =>
    actual.kind === 'table' && actual.shape === gateShape(desired, family);
  return {
    name: `table ${table}`,
    read: ([listing], nowMs) => readGateTable(family, listing, nowMs),
    plan: (wish, actual) => {
      const {desired, nowMs} = wish;
      const stands = actual.kind === 'table' && isOurs(actual, desired) ? actual : undefined;
      const elements: Elements = stands?.known ?? new Map<string, number>();
      const known: Wish<Desired> = {
        ...wish,
        desired: desired.known,
        scope: stands === undefined ? 'all' : wish.scope,
      };
      const planned = desired.mode === 'gate' ? planSet(known, elements) : [];
      const drift = countKinds(driftIn(known, elements, planned));
      const steps = withoutOverlap(planned, elements, desired.known);
      const alive = planAlive(desired, stands?.aliveMs, nowMs);
      const lines = [
        ...(stands === undefined ? createdGate(table, family, desired) : []),
        ...elementLines(table, 'hosts', 'addresses', inSet(steps, 'hosts')),
        ...elementLines(table, 'networks', 'networks', inSet(steps, 'networks')),
        ...aliveLines(table, alive),
      ];
      // Not in `after`: the gate's mode may be another one when the batch has ended, and the kernel has this one.
      const shape = gateShape(desired, family);
      const changes = countKinds(steps);
      if (stands === undefined) for (const each of [changes, drift]) each.set('createTable', 1);
      return {
        calls: lines.length === 0 ? [] : [nft(lines)],
        ...{changes, drift},
        after: () => ({
          ...{kind: 'table', shape, readMs: nowMs},
          known: doSetSteps(elements, steps, nowMs),
          aliveMs: alive.kind === 'stays' ? stands?.aliveMs : endOf(alive, nowMs),
        }),
      };
    },
    removal: ({kind}) => ({
      calls: kind === 'absent' ? [] : [nft([`delete table ${table}`])],
      changes: new Map(kind === 'absent' ? [] : [['deleteTable', 1]]),
      after: () => ({kind: 'absent'}),
    }),
    standing: (desired, actual) => (isOurs(actual, desired) ? 1 : 0),
  };
}

const inSet = (steps: readonly SetStep[], set: 'hosts' | 'networks'): readonly SetStep[] =>
  steps.filter(({network}) => network.includes('/') === (set === 'networks'));

/** What becomes of the element for which clients are led to the gate. */
type AliveStep =
  | {readonly kind: 'stays'}
  | {readonly kind: 'ends'}
  | {readonly kind: 'lasts'; readonly seconds: number};

function planAlive(desired: GateRules, kernelMs: number | undefined, nowMs: number): AliveStep {
  const untilMs = aliveUntil(desired, nowMs);
  if (untilMs === undefined) {
    const isRight = kernelMs === undefined || mayLapse(kernelMs, nowMs);
    return isRight ? {kind: 'stays'} : {kind: 'ends'};
  }
  if (isAliveRight(kernelMs, untilMs)) return {kind: 'stays'};
  return {kind: 'lasts', seconds: Math.max(1, Math.ceil((untilMs - nowMs) / 1000))};
}

/** What the kernel has ended meanwhile cannot be deleted: it is ensured first, in the same batch. */
function aliveLines(table: string, step: AliveStep): string[] {
  if (step.kind === 'stays') return [];
  const line = (verb: string, more = ''): string =>
    `${verb} element ${table} alive { ${smtpPort}${more} }`;
  const ended = [line('add', ' timeout 1s'), line('delete')];
  return step.kind === 'ends' ? ended : [...ended, line('add', ` timeout ${step.seconds}s`)];
}

const endOf = (step: AliveStep, nowMs: number): number | undefined =>
  step.kind === 'lasts' ? nowMs + step.seconds * 1000 : undefined;
