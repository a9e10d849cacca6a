/**
 * The egress guard as a table of our own in nftables, one for each family. Held ports and releases last
 * only for a time, so they are elements of sets, which the kernel ends itself. So the dead man's switch
 * runs by the kernel's own time, and setting the clock does not move it. If anything else in the table
 * differs from what we make, the whole table is made again.
 */
import {type Backend, countKinds} from '../../firewall/backend.js';
import {familyWord, nft, tableOf} from '../../firewall/nft.js';
import type {Family} from '../../net/address.js';
import {
  createdTable,
  type EgressElements,
  egressShape,
  type EgressTable,
  readEgressTable,
} from './nftables-listing.js';
import {type EgressRules, isFresh} from './rules.js';

interface ElementStep {
  /** `renew`: the time of the element starts again. */
  readonly kind: 'add' | 'renew' | 'delete';
  readonly set: 'ports' | 'released';
  readonly element: string;
  /** How long the element lasts; infinity: without end. */
  readonly seconds: number;
}

const noElements: EgressElements = {ports: new Map(), released: new Map()};

export function egressTableBackend(
  chain: string,
  family: Family,
): Backend<EgressTable, EgressRules> {
  const table = `${familyWord(family)} ${tableOf({chain})}`;
  const isOurs = (actual: EgressTable, desired: EgressRules) =>
    actual.kind === 'table' && actual.shape === egressShape(desired, family);
  return {
    name: `table ${table}`,
    read: ([listing], nowMs) => readEgressTable(chain, family, listing, nowMs),
    plan: ({desired, changed, nowMs}, actual) => {
      const stands = isOurs(actual, desired);
      const elements = stands && actual.kind === 'table' ? actual : noElements;
      const steps = planElements(desired, elements, nowMs);
      const lines = [
        ...(stands ? [] : createdTable(table, family, desired)),
        ...steps.flatMap((step) => elementLines(table, step)),
      ];
      const changes = countKinds(steps.filter((step) => !isRoutine(step, desired, changed)));
      if (!stands) changes.set('createTable', 1);
      return {
        calls: lines.length === 0 ? [] : [nft(lines)],
        changes,
        after: () => ({
          ...{kind: 'table', shape: egressShape(desired, family), readMs: nowMs},
          ...doElementSteps(elements, steps, nowMs),
        }),
      };
    },
    removal: ({kind}) => ({
      calls: kind === 'absent' ? [] : [nft([`delete table ${table}`])],
      changes: new Map(kind === 'absent' ? [] : [['deleteTable', 1]]),
      after: () => ({kind: 'absent'}),
    }),
    standing: (desired, actual) => {
      if (actual.kind === 'absent' || !isOurs(actual, desired)) return 0;
      const {ports, readMs} = actual;
      return desired.ports.filter((port) => (ports.get(String(port)) ?? 0) > readMs).length;
    },
  };
}

/** Whether a step is daily work and no repair: a release comes or goes, or the hold is renewed. */
const isRoutine = (
  {kind, set, element}: ElementStep,
  {mode}: EgressRules,
  changed: ReadonlySet<string>,
): boolean => (set === 'ports' ? mode === 'hold' && kind === 'renew' : changed.has(element));

/** An element that ends by itself within this time is not deleted. Ms. */
const endSlackMs = 2000;

function planElements(desired: EgressRules, actual: EgressElements, nowMs: number): ElementStep[] {
  const {mode, ports, releases, switchSeconds} = desired;
  const guarded = ports.map(String);
  const seconds = mode === 'hold' ? switchSeconds : Number.POSITIVE_INFINITY;
  const isGood = (endMs: number): boolean =>
    mode === 'hold' ? isFresh(endMs, switchSeconds, nowMs) : endMs === Number.POSITIVE_INFINITY;
  const unwanted = (set: ElementStep['set'], wanted: readonly string[]): ElementStep[] =>
    [...actual[set]].flatMap(([element, endMs]) =>
      wanted.includes(element) || endMs <= nowMs + endSlackMs
        ? []
        : {kind: 'delete', set, element, seconds: 0},
    );
  return [
    ...unwanted('ports', guarded),
    ...unwanted('released', [...releases.keys()]),
    ...guarded.flatMap((element): ElementStep[] => {
      const endMs = actual.ports.get(element);
      if (endMs === undefined) return [{kind: 'add', set: 'ports', element, seconds}];
      return isGood(endMs) ? [] : [{kind: 'renew', set: 'ports', element, seconds}];
    }),
    ...[...releases].flatMap(([element, {untilMs}]): ElementStep[] => {
      if ((actual.released.get(element) ?? 0) > nowMs) return [];
      const left = Math.max(1, Math.ceil((untilMs - nowMs) / 1000));
      return [{kind: 'renew', set: 'released', element, seconds: left}];
    }),
  ];
}

/** The kernel may have ended the element meanwhile. Deleting it would fail, so the same batch adds it first. */
function elementLines(table: string, {kind, set, element, seconds}: ElementStep): string[] {
  const line = (verb: 'add' | 'delete', more = ''): string =>
    `${verb} element ${table} ${set} { ${element}${more} }`;
  const added = line('add', seconds === Number.POSITIVE_INFINITY ? '' : ` timeout ${seconds}s`);
  const deleted = [line('add', ' timeout 1s'), line('delete')];
  if (kind === 'add') return [added];
  return kind === 'delete' ? deleted : [...deleted, added];
}

function doElementSteps(
  actual: EgressElements,
  steps: readonly ElementStep[],
  nowMs: number,
): EgressElements {
  const after = {ports: new Map(actual.ports), released: new Map(actual.released)};
  for (const {kind, set, element, seconds} of steps) {
    if (kind === 'delete') after[set].delete(element);
    else after[set].set(element, nowMs + seconds * 1000);
  }
  return after;
}
