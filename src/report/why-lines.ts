/**
 * Everything that `why` shows about a network: as one value, which is its `--json`, and as
 * short sentences. Names for which a client asked, and names of the DNS, are hostile text.
 */
import {aboutText} from '../base/duration.js';
import {countText} from '../base/count.js';
import {jsonWithTimes, localTime} from '../base/time-text.js';
import type {DropsBeside} from '../blocks/beside.js';
import type {Block, ShownBlock} from '../blocks/block.js';
import type {HistoryEntry} from '../blocks/history.js';
import type {Passages} from '../blocks/passage.js';
import type {GreetedView} from '../greeting/view.js';
import {
  againstText,
  amountText,
  barsText,
  deliveredText,
  namesText,
  scoreText,
} from '../judge/because-text.js';
import type {Bar, ClientView, CrowdView} from '../judge/view.js';
import {besideLines} from './beside-text.js';
import {passagesText} from './effect-text.js';
import {greetedLines} from './greeting/lines.js';
import {liftedText} from './outcome-text.js';
import {crowdLines} from './status-lines.js';

/** `why --json` prints it unchanged; docs/operating.md describes it. */
export interface WhyView {
  /** The network in question. Canonical text. */
  readonly network: string;
  /** Why it is never blocked; null: it may be blocked. */
  readonly exemption: string | null;
  /** Its own block, or the block of a larger network around it. */
  readonly block: ShownBlock | null;
  /** Sessions of clients of that block that began although it was in force; absent: none is known. */
  readonly passages?: Passages | undefined;
  /** A network around this one, inside of the block, whose packets pass all the same. */
  readonly passes: string | null;
  /** Rules that drop it and are not our blocks; absent: none is known. */
  readonly beside?: DropsBeside | undefined;
  /** Blocks of smaller networks inside of it. A count. */
  readonly blocksInside: number;
  readonly known: ClientView | null;
  /** What the greeting has shown about it; absent: nothing, or `greeting` is off. */
  readonly greeted?: GreetedView | undefined;
  readonly crowd: CrowdView;
  readonly whitelist: string;
  /** The ports at which blocks hold, in ascending order; absent if it is one port. */
  readonly guardedPorts?: readonly number[] | undefined;
  /** Newest first. */
  readonly history: readonly HistoryEntry[];
}

/** The DNS name of an address. */
export type RemoteName =
  | {readonly kind: 'notAsked'}
  | {readonly kind: 'none'}
  /** The owner of the address chooses it. */
  | {readonly kind: 'name'; readonly name: string};

/** `why` shows at most so many names. A count. */
const mostNames = 8;

/** `name` is absent if it was not looked up, and null if there is none. */
export function whyJson(why: WhyView, name: RemoteName): string {
  const its = name.kind === 'notAsked' ? {} : {name: name.kind === 'name' ? name.name : null};
  return `${jsonWithTimes({...why, ...its}, 2)}\n`;
}

export function whyLines(why: WhyView, name: RemoteName, nowMs: number): string[] {
  const {network, exemption, block, known, history} = why;
  // The names of a block around it are those of other clients.
  const isItsBlock = block?.network === network || block?.network === known?.client;
  const its = isItsBlock ? (block?.because?.names ?? []) : [];
  const names = known?.names.length ? known.names : its;
  return [
    exemption === null ? `${network}: not exempt` : `${network}: never blocked: ${exemption}`,
    ...(name.kind === 'name' ? [`its name is ${name.name}, as its owner says`] : []),
    ...(known === null || known.client === network
      ? []
      : [`it counts as one client with all of ${known.client}`]),
    ...blockLines(why, nowMs),
    ...besideLines(why.beside),
    ...(names.length === 0 ? [] : [`it asked for: ${namesText(names, mostNames)}`]),
    ...(known === null
      ? ['nothing is known against it or for it']
      : clientLines(known, block, nowMs)),
    ...greetedLines(why.greeted),
    ...crowdLines(why.crowd, nowMs),
    ...undoLines(why),
    ...history.map(({atMs, event, reason}) => {
      return `${localTime(atMs)} ${event}: ${event === 'blocked' ? reason : liftedText(reason)}`;
    }),
  ];
}

function blockLines(
  {network, block, passages, passes, blocksInside, guardedPorts}: WhyView,
  nowMs: number,
): string[] {
  const inside = blocksInside === 0 ? [] : [`${countText(blocksInside, 'block')} inside of it`];
  if (block === null) return ['not blocked', ...inside];
  const {fromMs, untilMs, reason, origin} = block;
  const which = block.network === network ? 'blocked' : `inside of ${block.network}, blocked`;
  const left = aboutText(Math.max(0, Math.ceil((untilMs - nowMs) / 1000)));
  const why = origin === 'operator' ? 'by the operator' : reason;
  return [
    `${which} from ${localTime(fromMs)} until ${localTime(untilMs)} (${left} left): ${why}`,
    ...(passages === undefined ? [] : [passagesText(passages)]),
    ...portLines(block, guardedPorts ?? []),
    ...(passes === null
      ? []
      : [`its packets pass all the same: ${passes} is exempt, or has delivered mail`]),
    ...inside,
  ];
}

/** No line if only one port is guarded. */
function portLines({ports = []}: ShownBlock, guarded: readonly number[]): string[] {
  if (guarded.length < 2) return [];
  const served = guarded.filter((port) => !ports.includes(port));
  const at = `at ${ports.length === 1 ? 'port' : 'ports'} ${ports.join(', ')}`;
  return served.length === 0
    ? [at]
    : [`${at} only; served at ${served.join(', ')}, for it logged in there recently`];
}

function clientLines(known: ClientView, block: Block | null, nowMs: number): string[] {
  const {score, floor, bars, blocks, secondChanceMs, network} = known;
  return [
    // The line of the block has the evidence that led to it. Since then the client began again at zero.
    `against it${block === null ? '' : ' since the block'}: ${againstText(known)}${sinceText(known)}`,
    `for it: ${forText(known)}`,
    // The line of the block has the evidence that led to it. A score of 0 here would look like the reason for the block.
    block !== null && score === 0
      ? `nothing counts since the block; ${judgedText(bars)}`
      : `score ${scoreText(score)}, never below ${amountText(floor)}; ${judgedText(bars)}`,
    ...(secondChanceMs === undefined || secondChanceMs <= nowMs
      ? []
      : [`until ${localTime(secondChanceMs)} its names weigh a quarter: what was held up comes`]),
    ...(network === 'hot' ? ['a network around it is known for guessers'] : []),
    `blocks so far that make the next one longer: ${blocks}`,
  ];
}

const sinceText = ({firstMs, lastMs}: ClientView): string =>
  firstMs === undefined || lastMs === undefined
    ? ''
    : `, from ${localTime(firstMs)} to ${localTime(lastMs)}`;

function forText({delivered, deliveredDays, deliveredMs, standing, friend}: ClientView): string {
  const last = deliveredMs === undefined ? '' : `, last ${localTime(deliveredMs)}`;
  const parts = [
    ...(delivered === 0 ? [] : [`${deliveredText(delivered, deliveredDays)}${last}`]),
    ...(standing === 'record' ? ['a mailer with a record'] : []),
    ...(friend === 'yes' ? ['our own users write to it'] : []),
  ];
  return parts.join('; ') || 'nothing was delivered';
}

const judgedText = (bars: readonly Bar[]): string =>
  bars.length === 0 ? 'it is not judged now' : `blocked at ${barsText(bars)}`;

function undoLines({network, exemption, block, known, whitelist}: WhyView): string[] {
  if (exemption !== null) return [];
  const isSuspect = block !== null || (known !== null && known.score > 0);
  if (!isSuspect) return [];
  const client = known?.client ?? network;
  return [
    ...(block === null ? [] : [`to end the block: blocksmtp unblock ${block.network}`]),
    `to exempt it: blocksmtp allow ${client} (a line in ${whitelist}); a backup MX or forwarder of yours: trusted_relays`,
  ];
}
