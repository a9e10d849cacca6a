/**
 * The answer to each request about blocks and the state. Changes the state through the guard, and gives
 * what has changed, which `daemon/enforcement/` carries out. The same code answers through the control
 * socket of a running daemon and, when none runs, in the command itself.
 */
import {countText} from '../base/count.js';
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
  /** The file of the whitelist, for who wants to add a line. */
  readonly whitelist: string;
  /** Where blocks hold. */
  readonly guardedPorts: readonly number[];
  readonly history: (network: string, most: number) => readonly HistoryEntry[];
  /** Of all networks since that time, the newest first; absent: nothing is kept. */
  readonly events?: (sinceMs: number, most: number) => readonly HistoryEntry[];
  readonly config: Config;
  /** Clients whose complaint is due. A count; default: none. */
  readonly due?: number;
  /** Sessions that passed the block of this network; undefined: none that is known. */
  readonly passagesOf?: (network: string) => Passages | undefined;
  readonly status: () => Status;
  /** The clients that wait at the gate; absent: no gate reports. */
  readonly waiting?: () => WaitingView;
  /** What the greeting has shown of a client. */
  readonly greeted?: (known: Known) => GreetedView | undefined;
  /** Whose mail the mailer carried, for so many seconds. */
  readonly mailSenders: (seconds: number, nowMs: number) => readonly MailSender[];
}

const nobodyWaits: WaitingView = {waiting: 0, waiters: []};

interface Served {
  readonly answer: Answer;
  /** What it has changed; the caller carries it out. */
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

/** At which ports a block drops what comes from such a network. */
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

/** Names of one block in a list. A count: an answer with all blocks that can stand has its bound. */
const mostListed = 3;

function withFewNames(block: Block): Block {
  const {because} = block;
  if (because === undefined || because.names.length <= mostListed) return block;
  return {...block, because: {...because, names: because.names.slice(-mostListed)}};
}

/** Past events that an answer holds. A count. */
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

/** Of smaller networks. Within a single address there are none, and nobody looks. */
const blocksInside = (network: Network, {blocks}: State): number =>
  isHost(network.text)
    ? 0
    : [...blocks.values()].filter((block) => isInside(block.network, network)).length;

/** Most blocks are of single addresses: to read 50,000 of them would keep the daemon waiting. */
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
    const message = `${text} was not blocked${hint}`;
    return {answer: {kind: 'notBlocked', message}, outcomes: []};
  }
  // Its own block is gone, but that of the larger network still keeps it out.
  const hint = larger === undefined ? '' : `, but lies in ${larger.network}, which is blocked`;
  const inside = blocksInside(network, state);
  const others = inside === 0 ? '' : `; ${countText(inside, 'block')} inside of it still stand`;
  const message = `${text} is unblocked${hint}${others}${inside === 1 ? 's' : ''}`;
  return {answer: {kind: 'done', message}, outcomes: [outcome]};
}

function block(
  network: Network,
  seconds: number,
  {guard, state, exemptions}: OperatorView,
  nowMs: number,
): Served {
  const exempt = whyExempt(network, exemptions);
  if (exempt !== undefined) return refused(exempt);
  if (isSame(state.blocks.get(network.text), seconds, nowMs)) {
    return unchanged(`${network.text} is blocked already, for as long`);
  }
  const outcome = guard.block(operatorBlock(network, seconds, nowMs), 1);
  return outcome.kind === 'block'
    ? {answer: {kind: 'done', message: `${network.text} is blocked`}, outcomes: [outcome]}
    : refused('too many blocks stand already');
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

/** A block of a larger network that holds this one: rather one that does not let it pass. */
function blockAround(network: Network, state: State): Block | undefined {
  const around = [...state.blocks.values()].filter(
    (block) =>
      !isHost(block.network) && block.network !== network.text && holds(block.network, network),
  );
  return around.find((block) => holeAround(network, block) === undefined) ?? around[0];
}

/** What in the block lets all of this network pass. */
const holeAround = (network: Network, {except = []}: Block): string | undefined =>
  except.find((text) => holds(text, network));

/**
 * Of the time that is asked for. A share: who asks for the same block again a moment later, or each night for ten
 * years of it, wants what stands already.
 */
const sameShare = 0.01;

/** A block that evidence made is another one: its end is the ladder's, and its reason is not the operator's. */
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

function whyExempt(network: Network, exemptions: Exemptions): string | undefined {
  const exemption = exemptions.ofNetwork(network);
  return exemption && `${network.text}: ${exemptionText(exemption)}`;
}

const unchanged = (message: string): Served => ({
  answer: {kind: 'unchanged', message},
  outcomes: [],
});

function refused(message: string): Served {
  return {answer: {kind: 'refused', message}, outcomes: []};
}
