/**
 * The backend `ipset`: a set of networks for each family, matched by one rule of our chain. The
 * kernel ends blocks itself, even when no daemon runs, and a packet costs the same with one block
 * and with 100,000. Speaks the language of ipset(8): `save` and `restore`.
 *
 * A batch of ipset is not atomic, but its lines are independent, and with `-exist` it makes no
 * difference whether one is applied once or twice. The chain's batch is atomic; it runs once the set
 * is there.
 */
import type {Desired} from '../intent.js';
import {absentHooks, chainPlan, isHooked, readChain} from '../chain/backend.js';
import type {ChainState} from '../chain/chain.js';
import {isNoPass} from '../chain/drift.js';
import {matchesOf} from '../chain/matches.js';
import {type ChainSettings, planChain, planChainRemoval} from '../chain/plan.js';
import {type ChainSpec, setName} from '../chain/spec.js';
import {countStanding, doSetSteps, driftIn, type Elements, planSet, type SetStep} from './set.js';
import {
  type Backend,
  type Call,
  type CallResult,
  countKinds,
  type Part,
  type Plan,
  type KernelReading,
} from '../../firewall/backend.js';
import {elementText} from '../../firewall/nft.js';
import type {Family} from '../../net/address.js';

/** The kernel's own limit for the set. Entries: more than `blocks_max` can allow. */
const mostEntries = 2_000_000;

/** `absent`, or its entries. */
export type SetState = 'absent' | Elements;

interface SetAndChain {
  readonly chain: ChainState;
  readonly set: SetState;
  readonly readMs: number;
}

export function ipsetBackend(settings: ChainSettings): Backend<SetAndChain, Desired> {
  const {spec, family} = settings;
  const part = setPart(spec, family);
  return {
    name: `set ${setName(spec, family)} and chain ${spec.chain}`,
    read: ([listing, saved], nowMs) => {
      const chain = readChain(spec, family, '', listing);
      if (chain.kind !== 'read') return chain;
      const set = part.read(saved === undefined ? [] : [saved], nowMs);
      if (set.kind !== 'read') return set;
      return {kind: 'read', actual: {chain: chain.actual, set: set.actual, readMs: nowMs}};
    },
    plan: (wish, actual) => {
      const elements = actual.set === 'absent' ? new Map<string, number>() : actual.set;
      const steps = planSet(
        {...wish, scope: actual.set === 'absent' ? 'all' : wish.scope},
        elements,
      );
      const chainSteps = planChain(settings, wish, actual.chain);
      const chain = chainPlan(settings, '', actual.chain, chainSteps);
      const drift = countKinds(driftIn(wish, elements, steps));
      const calls = renderSet(
        setName(spec, family),
        family,
        actual.set === 'absent' ? 'create' : 'keep',
        steps,
      );
      return {
        calls: [...calls, ...chain.calls],
        changes: new Map([...countKinds(steps), ...chain.changes]),
        drift: new Map([...drift, ...countKinds(chainSteps.filter(isNoPass))]),
        after: () => ({
          chain: chain.after(),
          set: doSetSteps(elements, steps, wish.nowMs),
          readMs: wish.nowMs,
        }),
      };
    },
    removal: ({chain, set, readMs}) => {
      const first = chainPlan(settings, '', chain, planChainRemoval(settings, chain));
      const then = part.removal(set);
      return {
        calls: [...first.calls, ...then.calls],
        changes: new Map([...first.changes, ...then.changes]),
        after: () => ({chain: first.after(), set: then.after(), readMs}),
      };
    },
    standing: (desired, {chain, set, readMs}) => {
      const matches = chain.chains.get(spec.chain)?.matches.size ?? 0;
      const isMatched = matches === matchesOf(spec).all.length;
      if (set === 'absent' || !isMatched || !isHooked(settings, chain)) return 0;
      return countStanding(desired, set, readMs);
    },
    absentHooks: ({chain}) => absentHooks(chain),
  };
}

/** The set alone, as another backend may have left it. */
export function setPart(spec: ChainSpec, family: Family): Part<SetState> {
  const name = setName(spec, family);
  return {
    name: `set ${name}`,
    read: ([saved], nowMs) => readSet(name, family, saved, nowMs),
    removal: (set): Plan<SetState> => ({
      calls: set === 'absent' ? [] : [ipset(`destroy ${name}\n`)],
      changes: new Map(set === 'absent' ? [] : [['deleteSet', 1]]),
      after: () => 'absent',
    }),
  };
}

export function readSet(
  name: string,
  family: Family,
  saved: CallResult | undefined,
  nowMs: number,
): KernelReading<SetState> {
  if (saved === undefined) {
    return {kind: 'call', call: {program: 'ipset', parameters: ['save', name], input: ''}};
  }
  if (saved.kind === 'done') return parseSet(name, family, saved.stdout, nowMs);
  const isAbsent = saved.why.includes('The set with the given name does not exist');
  return isAbsent ? {kind: 'read', actual: 'absent'} : {kind: 'unreadable', why: saved.why};
}

/** A set that others made may have counters or comments too. */
const entryShape = /^add (\S+) (\S+) timeout (\d+)( nomatch)?(?: .*)?$/;

/** @param text what `ipset save NAME` printed */
function parseSet(
  name: string,
  family: Family,
  text: string,
  nowMs: number,
): KernelReading<SetState> {
  const [created = '', ...lines] = text.split('\n');
  const inet = family === 4 ? 'inet' : 'inet6';
  if (
    !created.startsWith(`create ${name} hash:net family ${inet} `) ||
    !/ timeout 0\b/.test(created)
  ) {
    const expected = `hash:net of family ${inet} with a timeout`;
    return {
      kind: 'unreadable',
      why: `the set ${name} is not ours: ${created}: expected ${expected}`,
    };
  }
  const elements: Elements = new Map();
  for (const line of lines) {
    if (line === '') continue;
    const [, set, network = '', seconds, exception] = entryShape.exec(line) ?? [];
    if (set !== name) {
      return {kind: 'unreadable', why: `ipset save ${name}: not an entry: ${line.slice(0, 80)}`};
    }
    // A timeout of 0 never ends; we write none.
    let endMs = seconds === '0' ? Number.POSITIVE_INFINITY : nowMs + Number(seconds) * 1000;
    // Somebody's exception stays, unless a block should be there.
    if (exception !== undefined) endMs = nowMs;
    elements.set(elementText(network), endMs);
  }
  return {kind: 'read', actual: elements};
}

export function renderSet(
  name: string,
  family: Family,
  set: 'create' | 'keep',
  steps: readonly SetStep[],
): Call[] {
  const inet = family === 4 ? 'inet' : 'inet6';
  const created = `create ${name} hash:net family ${inet} maxelem ${mostEntries} timeout 0`;
  const lines = steps.map((step) =>
    step.kind === 'delete'
      ? `del ${name} ${step.network}`
      : `add ${name} ${step.network} timeout ${step.seconds}`,
  );
  if (set === 'create') lines.unshift(created);
  return lines.length === 0 ? [] : [ipset(`${lines.join('\n')}\n`)];
}

export const ipset = (input: string): Call => ({
  program: 'ipset',
  parameters: ['-exist', 'restore'],
  input,
});
