/**
 * Answers each request about blocks and the state. Changes the state through the guard, and returns what has
 * changed; `daemon/enforcement/` puts that into the firewall. The same code answers on the control socket of a
 * running daemon and, without one, in the command itself.
 */
import {countText} from '../base/count.js';
import {localTime} from '../base/time-text.js';
import {type Block, operatorReason, standing} from '../blocks/block.js';
import {submissionsOf} from '../blocks/chain/spec.js';
import type {HistoryEntry} from '../blocks/history.js';
import type {Config} from '../config/schema.js';
import type {Passages} from '../blocks/passage.js';
import {passesOf} from '../blocks/passes.js';
import {type Answer, type GuardRequest, readNetwork} from './protocol.js';
import type {GreetedView, WaitingView} from '../greeting/view.js';
import type {Guard} from '../guard/guard.js';
import {liftAll, unblock as liftBlock} from '../guard/lifting.js';
import type {Outcome} from '../guard/outcome.js';
import type {State} from '../guard/state.js';
import type {Judged} from '../judge/view.js';
import {type Network, networkOf, overlaps, parseNetwork} from '../net/network.js';
import {mostHoles} from '../net/subtract.js';
import {sumSenders} from '../outgoing/sender-hours.js';
import {knownContact} from './contact.js';
import type {Known} from './greeted.js';
import {overviewOfState} from '../overview/of-state.js';
import type {Overview} from '../overview/overview.js';
import type {Status} from '../report/status.js';
import type {MailSender} from '../submission/view.js';
import {type Exemptions, exemptionText} from '../score/exempt.js';

export interface OperatorView {
  readonly guard: Guard;
  readonly state: State;
  readonly exemptions: Exemptions;
  readonly judged: Judged;
  /** The whitelist file, shown to an operator who wants to add a line. */
  readonly whitelist: string;
  /** The ports at which blocks hold. */
  readonly guardedPorts: readonly number[];
  readonly history: (network: string, most: number) => readonly HistoryEntry[];
  /** The history of all networks since that time, the newest first; absent: no history is kept. */
  readonly events?: (sinceMs: number, most: number) => readonly HistoryEntry[];
  readonly config: Config;
  /** Clients that are due for a complaint. A count; default: none. */
  readonly due?: number;
  /** Sessions that bypassed the block of this network; undefined: none known. */
  readonly passagesOf?: (network: string) => Passages | undefined;
  readonly status: () => Status;
  /** The clients that wait at the gate; absent: no gate reports. */
  readonly waiting?: () => WaitingView;
  /** What the greeting knows about a client. */
  readonly greeted?: (known: Known) => GreetedView | undefined;
  /** The senders whose mail left through the mailer in the last `seconds` seconds. */
  readonly mailSenders: (seconds: number, nowMs: number) => readonly MailSender[];
}

const nobodyWaits: WaitingView = {waiting: 0, waiters: []};

interface Served {
  readonly answer: Answer;
  /** What has changed; the caller enforces it. */
  readonly outcomes: readonly Outcome[];
}

export function serve(request: GuardRequest, view: OperatorView, nowMs: number): Served {
  const {guard, state} = view;
  guard.see(view.exemptions);
  switch (request.command) {
    case 'list': {
      const blocks = standing(state.blocks.values(), nowMs).sort((a, b) => a.untilMs - b.untilMs);
      const ports = portsFor(view, nowMs);
      const shown = blocks.map((block) => ({
        ...withFewNames(block),
        ports: ports(networkOf(block.network)),
      }));
      return {answer: {kind: 'blocks', blocks: shown}, outcomes: []};
    }
    case 'status':
      return {answer: {kind: 'status', status: view.status()}, outcomes: []};
    case 'waiting':
      return {answer: {kind: 'waiting', waiting: view.waiting?.() ?? nobodyWaits}, outcomes: []};
    case 'report':
      return {
        answer: {kind: 'report', report: reportOn(request.seconds, view, nowMs)},
        outcomes: [],
      };
    case 'contact':
      return {answer: knownContact(request.address, state, nowMs), outcomes: []};
    case 'senders': {
      const senders = sumSenders(state.outgoing.values(), nowMs - request.seconds * 1000);
      const mail = view.mailSenders(request.seconds, nowMs);
      return {answer: {kind: 'senders', senders, mail}, outcomes: []};
    }
    case 'flush':
      return flush(state, nowMs);
    case 'resume':
      return resume(guard);
    case 'why':
    case 'unblock':
    case 'block': {
      const read = readNetwork(request);
      if (read.kind === 'refused') return refused(read.message);
      if (request.command === 'why') return why(read.network, view, nowMs);
      if (request.command === 'unblock') return unblock(read.network, view, nowMs);
      return block(read.network, request.seconds, view, nowMs);
    }
  }
}

function reportOn(seconds: number, view: OperatorView, nowMs: number): Overview {
  const {events = () => [], due = 0} = view;
  return overviewOfState({...view, events, due}, nowMs - seconds * 1000, nowMs);
}

/** The ports at which a block of such a network drops packets. */
function portsFor(
  {state, guardedPorts: all}: OperatorView,
  nowMs: number,
): (network: Network) => readonly number[] {
  const submissions = submissionsOf(all);
  if (submissions.length === 0) return () => all;
  const relay = all.filter((port) => !submissions.includes(port));
  const passes = [...passesOf(state.submitters.entries(), state.blocks, nowMs).keys()];
  const passing = passes.map(networkOf);
  return (network) => {
    const isIn = passing.some((each) => each.prefix <= network.prefix && overlaps(each, network));
    return isIn ? relay : all;
  };
}

/**
 * Names shown for one block of a list. A count: an answer with the most possible blocks must stay within its
 * limit.
 */
const mostListed = 3;

function withFewNames(block: Block): Block {
  const {because} = block;
  if (because === undefined || because.names.length <= mostListed) return block;
  return {...block, because: {...because, names: because.names.slice(-mostListed)}};
}

/** History entries in one answer. A count. */
const mostHistory = 20;

/** All that is known about a network. */
function why(network: Network, view: OperatorView, nowMs: number): Served {
  const {state, exemptions, judged, history, whitelist} = view;
  const exempt = exemptions.ofNetwork(network);
  const block = state.blocks.get(network.text) ?? blockAround(network, state) ?? null;
  const known = judged.client(network, nowMs) ?? null;
  const names = new Set([network.text, ...(known === null ? [] : [known.client])]);
  const past = [...names].flatMap((text) => history(text, mostHistory));
  return {
    answer: {
      kind: 'why',
      why: {
        network: network.text,
        exemption: exempt === undefined ? null : exemptionText(exempt),
        block: block && {...block, ports: portsFor(view, nowMs)(network)},
        passages: block === null ? undefined : view.passagesOf?.(block.network),
        passes: (block && holeAround(network, block)) ?? null,
        blocksInside: blocksInside(network, state),
        known,
        greeted: view.greeted?.({network, known, exempt}),
        crowd: judged.crowd(nowMs),
        whitelist,
        ...(view.guardedPorts.length > 1 && {guardedPorts: view.guardedPorts}),
        history: past.sort((a, b) => b.atMs - a.atMs).slice(0, mostHistory),
      },
    },
    outcomes: [],
  };
}

function holds(text: string, network: Network): boolean {
  const around = parseNetwork(text);
  return around !== undefined && around.prefix <= network.prefix && overlaps(around, network);
}

/** How many blocked networks lie within this one. A single address contains none, so nothing is searched. */
const blocksInside = (network: Network, state: State): number => inside(network, state).length;

const inside = (network: Network, {blocks}: State): readonly string[] =>
  isHost(network.text)
    ? []
    : [...blocks.values()].map((block) => block.network).filter((text) => isInside(text, network));

/** Most blocks are of single addresses; parsing 50,000 of them would hold up the daemon. */
const isHost = (text: string): boolean => !text.includes('/');

function isInside(text: string, network: Network): boolean {
  const inner = parseNetwork(text);
  return inner !== undefined && inner.prefix > network.prefix && overlaps(inner, network);
}

function unblock(network: Network, {state}: OperatorView, nowMs: number): Served {
  const outcome = liftBlock(state, network.text, nowMs);
  const {text} = network;
  const around = blockAround(network, state);
  const larger = around === undefined || holeAround(network, around) ? undefined : around;
  if (outcome === undefined) {
    const hint = larger === undefined ? '' : `, but lies in ${larger.network}, which is`;
    const message = `${text} was not blocked${hint}${insideText(inside(network, state))}`;
    return {answer: {kind: 'notBlocked', message}, outcomes: []};
  }
  // The client's own block is gone, but a larger network's block still keeps it out.
  const hint = larger === undefined ? '' : `, but lies in ${larger.network}, which is blocked`;
  const count = blocksInside(network, state);
  const others = count === 0 ? '' : `; ${countText(count, 'block')} inside of it still stand`;
  const message = `${text} is unblocked${hint}${others}${count === 1 ? 's' : ''}`;
  return {answer: {kind: 'done', message}, outcomes: [outcome]};
}

function insideText(networks: readonly string[]): string {
  if (networks.length === 0) return '';
  const lie = networks.length === 1 ? 'lies' : 'lie';
  return `; ${countText(networks.length, 'block')} ${lie} inside: ${fewText(networks)}`;
}

function block(
  network: Network,
  seconds: number,
  {guard, state, exemptions}: OperatorView,
  nowMs: number,
): Served {
  const able = blockable(network, exemptions);
  if (able.kind === 'not') return refused(`${network.text} is not blocked: ${able.why}`);
  if (isSame(state.blocks.get(network.text), seconds, nowMs)) {
    return unchanged(`${network.text} is blocked already, for as long`);
  }
  const {except} = able;
  const made = operatorBlock(network, seconds, nowMs);
  const outcome = guard.block(except.length === 0 ? made : {...made, except}, 1);
  if (outcome.kind !== 'block') return refused('too many blocks stand already');
  const passing = except.length === 0 ? '' : `; exempt in it, and let pass: ${fewText(except)}`;
  const message = `${network.text} is blocked until ${localTime(made.untilMs)}${passing}`;
  return {answer: {kind: 'done', message}, outcomes: [outcome]};
}

function flush(state: State, nowMs: number): Served {
  const outcomes = liftAll(state, nowMs);
  const {length} = outcomes;
  if (length === 0) return unchanged('no block stands');
  const message = `${countText(length, 'block')} ${length === 1 ? 'is' : 'are'} lifted`;
  return {answer: {kind: 'done', message}, outcomes};
}

function resume(guard: Guard): Served {
  const outcome = guard.resume();
  if (outcome === undefined) {
    return {answer: {kind: 'notStopped', message: 'blocking was not stopped'}, outcomes: []};
  }
  return {answer: {kind: 'done', message: 'blocks are made again'}, outcomes: [outcome]};
}

/** A block of a larger network that contains this one; preferably one without an exception for it. */
function blockAround(network: Network, state: State): Block | undefined {
  const around = [...state.blocks.values()].filter(
    (block) =>
      !isHost(block.network) && block.network !== network.text && holds(block.network, network),
  );
  return around.find((block) => holeAround(network, block) === undefined) ?? around[0];
}

/** The exception of the block that covers all of this network. */
const holeAround = (network: Network, {except = []}: Block): string | undefined =>
  except.find((text) => holds(text, network));

/**
 * How much the end may differ from what is asked, as a share of the time. An operator who repeats a request a
 * moment later, or a script that asks each night for ten years, asks for what is in force already.
 */
const sameShare = 0.01;

/** A block from evidence is never the same: its end follows the ladder, and its reason differs. */
function isSame(block: Block | undefined, seconds: number, nowMs: number): boolean {
  if (block?.origin !== 'operator') return false;
  const askedMs = seconds * 1000;
  return Math.abs(block.untilMs - nowMs - askedMs) <= askedMs * sameShare;
}

function operatorBlock(network: Network, seconds: number, nowMs: number): Block {
  return {
    network: network.text,
    fromMs: nowMs,
    untilMs: nowMs + seconds * 1000,
    reason: operatorReason,
    origin: 'operator',
  };
}

type Blockable =
  | {readonly kind: 'able'; readonly except: readonly string[]}
  | {readonly kind: 'not'; readonly why: string};

/**
 * Whether the operator may block a network. Exempt addresses in it pass. Not if all of it is exempt, or if it
 * holds an address of ours.
 */
export function blockable(network: Network, exemptions: Exemptions): Blockable {
  const exemption = exemptions.ofNetwork(network);
  if (exemption === undefined) return {kind: 'able', except: []};
  const own = exemptions.ownIn(network);
  if (own !== undefined) {
    const what = exemptionText(own.exemption);
    const is = own.address === network.text ? `it is ${what}` : `it holds ${own.address}, ${what}`;
    return {kind: 'not', why: is};
  }
  const except = [...new Set(exemptions.within(network).map(({text}) => text))];
  if (except.includes(network.text)) {
    const first =
      exemption.kind === 'whitelist'
        ? '; take it out first: blocksmtp disallow, then block it'
        : '';
    return {kind: 'not', why: `${exemptionText(exemption)}${first}`};
  }
  if (except.length <= mostHoles) return {kind: 'able', except};
  const why = `${countText(except.length, 'exempt network')} in it, expected at most ${mostHoles}: block parts of it`;
  return {kind: 'not', why};
}

/** Networks named in one message. A count. */
const mostNamed = 3;

function fewText(networks: readonly string[]): string {
  const more = networks.length - mostNamed;
  return `${networks.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const unchanged = (message: string): Served => ({
  answer: {kind: 'unchanged', message},
  outcomes: [],
});

function refused(message: string): Served {
  return {answer: {kind: 'refused', message}, outcomes: []};
}
