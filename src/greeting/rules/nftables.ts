/**
 * The way to the gate as a table of our own in nftables, one for each family. Passes and the
 * redirection itself last only for a time, so they are elements of sets, which the kernel ends itself.
 * If anything else in the table differs from what we make, the whole table is made again.
 */
import type {Desired} from '../../blocks/intent.js';
import {elementLines, withoutOverlap} from '../../blocks/sets/nftables.js';
import {doSetSteps, driftIn, type Elements, planSet, type SetStep} from '../../blocks/sets/set.js';
import {type Backend, countKinds, type Wish} from '../../firewall/backend.js';
import {familyWord, nft, tableOf} from '../../firewall/nft.js';
import type {Family} from '../../net/address.js';
import {createdGate, gateShape, type GateTable, readGateTable} from './nftables-listing.js';
import {gateName} from '../../config/kinds/chain-names.js';
import {aliveUntil, type GateRules, isAliveRight, mayLapse, smtpPort} from './spec.js';

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
        ...(['addresses', 'networks'] as const).flatMap((kind) => {
          const set = {name: setNames[kind], kind, elements};
          return elementLines(table, set, inSet(steps, kind), nowMs);
        }),
        ...aliveLines(table, alive),
      ];
      // Computed here and not in `after`: `desired` may change while the batch runs, and the kernel gets this one.
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

const setNames = {addresses: 'hosts', networks: 'networks'} as const;

const inSet = (steps: readonly SetStep[], kind: keyof typeof setNames): readonly SetStep[] =>
  steps.filter(({network}) => network.includes('/') === (kind === 'networks'));

/** What to do with the element that redirects clients to the gate. */
type AliveStep =
  | {readonly kind: 'stays'}
  | {readonly kind: 'ends'}
  | {readonly kind: 'lasts'; readonly seconds: number};

function planAlive(desired: GateRules, kernelMs: number | undefined, nowMs: number): AliveStep {
  const untilMs = aliveUntil(desired, nowMs);
  if (untilMs === undefined) {
    const lapses = desired.unrenewed === 'lapses';
    const isRight = kernelMs === undefined || (lapses && mayLapse(kernelMs, nowMs));
    return isRight ? {kind: 'stays'} : {kind: 'ends'};
  }
  if (isAliveRight(kernelMs, untilMs)) return {kind: 'stays'};
  return {kind: 'lasts', seconds: Math.max(1, Math.ceil((untilMs - nowMs) / 1000))};
}

/** The kernel may have ended the element meanwhile. Deleting it would fail, so the same batch adds it first. */
function aliveLines(table: string, step: AliveStep): string[] {
  if (step.kind === 'stays') return [];
  const line = (verb: string, more = ''): string =>
    `${verb} element ${table} alive { ${smtpPort}${more} }`;
  const ended = [line('add', ' timeout 1s'), line('delete')];
  return step.kind === 'ends' ? ended : [...ended, line('add', ` timeout ${step.seconds}s`)];
}

const endOf = (step: AliveStep, nowMs: number): number | undefined =>
  step.kind === 'lasts' ? nowMs + step.seconds * 1000 : undefined;
