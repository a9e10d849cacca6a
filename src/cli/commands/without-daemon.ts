/**
 * Answers a request when no daemon runs, from the daemon's own state and with its code, but builds only the parts
 * that the request needs. A command that only asks creates nothing and ends nothing.
 */
import {wouldClear} from './clear-firewall.js';
import {chainsLikeOurs} from '../inspect/firewall-facts.js';
import {printable} from '../../base/printable.js';
import type {Config} from '../../config/schema.js';
import {
  type Answer,
  type GuardRequest,
  type MessageAnswer,
  readNetwork,
} from '../../control/protocol.js';
import {blockable} from '../../control/operator.js';
import {onlyAsks} from '../../control/reading.js';
import {Desk} from '../../daemon/desk.js';
import {Enforcement} from '../../daemon/enforcement/enforcement.js';
import type {Exemptions} from '../../score/exempt.js';
import {ExemptionWatch} from '../../score/live/exemption-watch.js';
import {type KeptList, keptListIn, keptToLook, nothingKept} from '../../score/live/kept-list.js';
import {removeFirewall} from '../../daemon/enforcement/remove-firewall.js';
import {openResources, openToLook, type Resources} from '../../daemon/resources.js';
import {networkOf} from '../../net/network.js';
import {Guard} from '../../guard/guard.js';
import {guardSettings} from '../../guard/settings.js';
import {nobodyListens} from '../../hearing/view.js';
import {sendmail} from '../../mail/sendmail/dialect.js';
import type {State} from '../../guard/state.js';
import type {EgressGuard} from '../../outgoing/egress/live/egress-guard.js';
import {machineEgress} from '../../outgoing/egress/live/on-this-machine.js';
import {SenderBook} from '../../submission/book.js';
import {bookSettings} from '../../submission/settings.js';
import {Users} from '../../sys/proc/users.js';
import {hostName} from '../../sys/run/machine.js';
import {machineFamilies, otherVariant} from '../../sys/firewall/netfilter.js';
import type {Log} from '../../sys/talk/log.js';

/** An answer, or why there is none. `hung`: a daemon runs but does not answer. */
export type Answered =
  | Answer
  | {readonly unavailable: string; /** A daemon runs, and says nothing. */ readonly hung?: true};

/** @returns `taken`: another process works on the state */
export async function answerAlone(
  request: GuardRequest,
  config: Config,
  log: Log,
): Promise<Answered | {readonly taken: string}> {
  const open = onlyAsks(request) ? openToLook : openResources;
  const opened = await open(config, log);
  if (opened.kind !== 'ready') {
    const {kind, why} = opened;
    return kind === 'taken' ? {taken: why} : {unavailable: why};
  }
  const {resources} = opened;
  const parts = partsFor(request, resources, config, log);
  try {
    return await answerWith(parts, request, config, log);
  } finally {
    await parts.egress?.stop('leave');
    await parts.enforcement.stop('leave');
    resources.leave();
  }
}

async function answerWith(
  parts: AloneParts,
  request: GuardRequest,
  config: Config,
  log: Log,
): Promise<Answered> {
  const {desk, enforcement, egress} = parts;
  switch (request.command) {
    case 'status':
      await Promise.all([enforcement.look(), egress?.look()]);
      return desk.answer(request);
    case 'why':
      parts.exemptionWatch.refresh();
      return desk.answer(request);
    case 'list':
    case 'senders':
    case 'waiting':
    case 'report':
    case 'contact':
      return desk.answer(request);
    case 'resume': {
      const answer = await desk.answer(request);
      return config.dryRun ? wouldBeDone(request, answer) : answer;
    }
    case 'flush':
      return flush(parts, config, log);
    case 'block':
    case 'unblock':
      return change(request, parts, config);
  }
}

interface AloneParts {
  readonly state: State;
  readonly exemptionWatch: ExemptionWatch;
  readonly enforcement: Enforcement;
  readonly desk: Desk;
  /** Only for a request that shows the rules. */
  readonly egress: EgressGuard | undefined;
}

function partsFor(
  {command}: GuardRequest,
  resources: Resources,
  config: Config,
  {say}: Log,
): AloneParts {
  const {state, run} = resources;
  const families = machineFamilies();
  const settings = guardSettings(config, hostName(), 'live', sendmail);
  const guard = new Guard(settings, state);
  for (const block of resources.noted ?? []) guard.noted(block);
  const kept = config.dryRun ? nothingKept : keptFor(command, config);
  const exemptionWatch = new ExemptionWatch(config, say, kept);
  const shared = {...resources, config, guard, exemptions: () => exemptionWatch.exemptions};
  const sessions = command === 'block' || command === 'unblock' ? 'cut' : 'leave';
  const enforcement = new Enforcement({
    ...shared,
    say,
    families,
    otherVariant,
    sessions,
    unwanted: 'remove',
  });
  const egress =
    command === 'status'
      ? machineEgress(config, families, state, {run, say}, () => enforcement.save())
      : undefined;
  const users = new Users();
  const uidOf = (name: string): number | undefined => users.uidOf(name);
  const desk = new Desk({
    ...shared,
    enforcement,
    policy: settings.policy,
    egress: () => egress?.enforced ?? new Map(),
    trial: () => ({kind: 'none'}),
    sinceMs: () => undefined,
    hearing: () => nobodyListens,
    mail: {
      book: new SenderBook(state, bookSettings(config, uidOf)),
      is: 'left',
      queued: () => undefined,
      inQueue: () => undefined,
      longQueue: () => undefined,
      holdTrouble: () => undefined,
    },
  });
  return {state, exemptionWatch, enforcement, desk, egress};
}

/** The whitelist as it was last read. A command that only asks does not store it. */
function keptFor(command: GuardRequest['command'], {stateDir}: Config): KeptList {
  return onlyAsks({command}) ? keptToLook(stateDir) : keptListIn(stateDir);
}

/** Sets or lifts one block; the other blocks stay. */
async function change(
  request: Extract<GuardRequest, {command: 'block' | 'unblock'}>,
  {state, exemptionWatch, enforcement, desk}: AloneParts,
  config: Config,
): Promise<Answered> {
  exemptionWatch.refresh();
  // No chain is created if nothing will change.
  if (willChange(request, state, exemptionWatch.exemptions)) enforcement.start();
  const answer = await desk.answer(request);
  if (config.dryRun) return wouldBeDone(request, answer);
  if (answer.kind === 'unchanged') {
    // Enforced again even if the state has it already: the firewall may have refused it before.
    const block = state.blocks.get(networkOf(request.network).text);
    if (block !== undefined) await enforcement.carryOut([{kind: 'block', block, repeat: 1}]);
    if (enforcement.isEnforced(request.network)) return answer;
  } else if (answer.kind !== 'done') return answer;
  if (answer.kind === 'done' && enforcement.isEnforced(request.network))
    return untilWhen(request, answer, config);
  return {unavailable: 'saved, but the firewall refuses: it is done when the daemon runs again'};
}

function willChange(
  request: Extract<GuardRequest, {command: 'block' | 'unblock'}>,
  state: State,
  exemptions: Exemptions,
): boolean {
  const read = readNetwork(request);
  if (read.kind === 'refused') return false;
  return request.command === 'block'
    ? blockable(read.network, exemptions).kind === 'able'
    : state.blocks.get(read.network.text) !== undefined;
}

type Changing = Extract<GuardRequest, {command: 'block' | 'unblock' | 'resume'}>;

/**
 * What the command would do, in a dry run. A dry run reads no state, so it does not know whether the client is
 * blocked or blocking is stopped.
 */
function wouldBeDone(request: Changing, answer: Answer): Answer {
  if (answer.kind === 'refused') return answer;
  return {kind: 'done', message: `dry_run is set: ${wouldBe(request)}`, dry: 'run'};
}

function wouldBe(request: Changing): string {
  if (request.command === 'resume') return 'blocks would be made again, if blocking is stopped';
  const read = readNetwork(request);
  const network = read.kind === 'network' ? read.network.text : request.network;
  return request.command === 'block'
    ? `${network} would be blocked`
    : `${network} would be unblocked, if it is blocked`;
}

/** iptables rules do not expire, so an operator who has given a time must be warned. */
function untilWhen({command}: Changing, answer: MessageAnswer, {backend}: Config): Answer {
  if (command !== 'block' || backend !== 'iptables') return answer;
  return {
    ...answer,
    message: `${answer.message}; no daemon runs, so it stands after that too, until one does`,
  };
}

/** More than a chain's name can have, which is 28. Characters. */
const nameCharacters = 40;

/** Lifts all blocks, and removes from the kernel what any backend has made. */
async function flush({desk, state}: AloneParts, config: Config, log: Log): Promise<Answered> {
  const answer = await desk.answer({command: 'flush'});
  if (answer.kind !== 'done' && answer.kind !== 'unchanged') return answer;
  if (config.dryRun) return {kind: 'done', message: wouldClear, dry: 'run'};
  const {failures, removed} = await removeFirewall(config, log.say, state);
  if (failures.length > 0) return {unavailable: failures.join('; ')};
  const alike = (await chainsLikeOurs(config)).map(({chain}) => printable(chain, nameCharacters));
  const others =
    alike.length === 0
      ? ''
      : `; not known, but as blocksmtp makes them: chains ${[...new Set(alike)].join(', ')}: see blocksmtp doctor`;
  const message = `${answer.message}, and nothing of ours is left in the firewall${others}`;
  return {kind: removed === 'nothing' ? answer.kind : 'done', message};
}
