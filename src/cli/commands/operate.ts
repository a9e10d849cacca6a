/**
 * `list`, `status`, `why`, `senders`, `block`, `unblock`, `resume`, `flush`: asks the running daemon and
 * prints the answer. If no daemon runs, the command does the work itself (`without-daemon.ts`).
 */
import {jsonWithTimes} from '../../base/time-text.js';
import {askWatched, unasked, unaskedForLong} from './ask.js';
import {type Answered, answerAlone} from './without-daemon.js';
import {tellChange} from '../face/change.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import {patienceMs} from '../inspect/hung-daemon.js';
import type {Form, Output, WithoutDaemon} from '../face/surroundings.js';
import type {Block} from '../../blocks/block.js';
import type {Config} from '../../config/schema.js';
import type {Answer, GuardRequest} from '../../control/protocol.js';
import {deniedText, onlyAsks} from '../../control/reading.js';
import type {WaitingView} from '../../greeting/view.js';
import {statusFigures} from '../../report/prometheus.js';
import {isGood, type Status} from '../../report/status.js';
import {statusLines} from '../../report/status-lines.js';
import {sendersJson, sendersTable, type SenderView} from '../../report/tables/mail-senders.js';
import {waitingJson, waitingTable} from '../../report/tables/waiting.js';
import {blocksJson, blockTable} from '../../report/tables/blocks.js';
import {type RemoteName, whyJson, whyLines, type WhyView} from '../../report/why-lines.js';
import {nowMs} from '../../sys/run/clock.js';
import {isRoot} from '../../sys/run/machine.js';
import {type HostNames, noNames} from '../../sys/talk/host-names.js';
import type {Log} from '../../sys/talk/log.js';

export async function operate(
  request: GuardRequest,
  form: Form,
  config: Config,
  log: Log,
  output: Output,
  alone: WithoutDaemon = 'mayWork',
  names: HostNames = noNames,
  by?: SenderView,
): Promise<ExitCode> {
  const answer = await answerFor(request, config, log, alone);
  if (answer === undefined) return exitCode.configuration;
  if ('unavailable' in answer) {
    output.complain(answer.unavailable);
    const isTold = answer.unavailable.includes(deniedText(request));
    if (!isTold && !isRoot() && answer.hung !== true) output.complain(deniedText(request));
    return exitCode.unavailable;
  }
  switch (answer.kind) {
    case 'blocks':
      output.print(await listing(answer.blocks, form, names));
      return exitCode.ok;
    case 'why':
      output.print(await whyText(answer.why, form, names));
      return exitCode.ok;
    case 'status':
      output.print(statusText(answer.status, form));
      return isGood(answer.status) ? exitCode.ok : exitCode.no;
    case 'senders':
      output.print(sendersText(answer, form, by));
      return exitCode.ok;
    case 'waiting':
      output.print(waitingText(answer.waiting, form));
      return exitCode.ok;
    // Other commands make these requests, and print more (`cli/contact`, `cli/complaint`, `report.ts`).
    case 'report':
    case 'contact':
    case 'letters':
    case 'complaints':
      output.complain('what answers is no daemon of this version');
      return exitCode.unavailable;
    case 'done':
    case 'unchanged':
    case 'notBlocked':
    case 'notStopped':
    case 'refused':
      return tellChange(request.command, answer, form === 'json' ? 'json' : 'text', output);
  }
}

/** The daemon's answer; without a daemon, the answer from its state. */
export async function answerOf(request: GuardRequest, config: Config, log: Log): Promise<Answered> {
  const running = await askRunning(request, config);
  if (running.kind === 'answered') return running.answer;
  const silent = unaskedForLong(config);
  if (silent !== undefined) return {unavailable: silent};
  const alone = await answerAlone(request, config, log);
  if (!('taken' in alone)) {
    if (running.file === 'dead') log.say('warning', deadText(config.controlSocket));
    return alone;
  }
  // A daemon that was starting, or was between two configurations, listens by now.
  const late = await askRunning(request, config);
  const why = unasked(config) ?? `${alone.taken}, and does not listen at ${config.controlSocket}`;
  return late.kind === 'answered' ? late.answer : {unavailable: why};
}

const deadText = (path: string): string =>
  `${path} is there, and nobody listens: the daemon that made it was killed; without a daemon nobody is guarded`;

/** @returns undefined: no daemon runs, and the command may not do the work itself */
export const answerFor = (
  request: GuardRequest,
  config: Config,
  log: Log,
  alone: WithoutDaemon,
): Promise<Answered | undefined> =>
  alone === 'mayWork' ? answerOf(request, config, log) : answerOfRunning(request, config);

async function answerOfRunning(
  request: GuardRequest,
  config: Config,
): Promise<Answered | undefined> {
  const running = await askRunning(request, config);
  return running.kind === 'answered' ? running.answer : undefined;
}

type Running =
  | {readonly kind: 'answered'; readonly answer: Answered}
  | {readonly kind: 'noDaemon'; readonly file: 'none' | 'dead'};

async function askRunning(request: GuardRequest, config: Config): Promise<Running> {
  const patience = onlyAsks(request) ? patienceMs : undefined;
  const asked = await askWatched(config, request, patience);
  switch (asked.kind) {
    case 'answer':
      return {kind: 'answered', answer: withRest(request, asked.answer)};
    case 'noDaemon':
      return asked;
    case 'hung':
      return {kind: 'answered', answer: {unavailable: asked.why, hung: true}};
    case 'failed':
      return {kind: 'answered', answer: {unavailable: `${config.controlSocket}: ${asked.why}`}};
  }
}

const withRest = ({command}: GuardRequest, answer: Answer): Answer =>
  command === 'flush' && answer.kind === 'done'
    ? {...answer, message: `${answer.message}; the empty chain stays while the daemon runs`}
    : answer;

const waitingText = (waiting: WaitingView, form: Form): string =>
  form === 'json' ? waitingJson(waiting) : waitingTable(waiting, nowMs());

const sendersText = (
  {senders, mail = []}: Extract<Answer, {kind: 'senders'}>,
  form: Form,
  by: SenderView | undefined,
): string => (form === 'json' ? sendersJson : sendersTable)(senders, mail, by);

function statusText(status: Status, form: Form): string {
  switch (form) {
    case 'text':
      return `${statusLines(status, nowMs()).join('\n')}\n`;
    case 'json':
      return `${jsonWithTimes(status, 2)}\n`;
    case 'figures':
      return statusFigures(status);
  }
}

/** Names are looked up for the newest blocks first, because the number of lookups is limited. */
async function listing(blocks: readonly Block[], form: Form, names: HostNames): Promise<string> {
  const newest = [...blocks].sort((a, b) => b.fromMs - a.fromMs).map(({network}) => network);
  const hosts = await names(newest.filter(isHost));
  return form === 'json' ? blocksJson(blocks, hosts) : blockTable(blocks, hosts, nowMs());
}

async function whyText(why: WhyView, form: Form, names: HostNames): Promise<string> {
  const name = await nameOf(why.network, names);
  return form === 'json' ? whyJson(why, name) : `${whyLines(why, name, nowMs()).join('\n')}\n`;
}

async function nameOf(network: string, names: HostNames): Promise<RemoteName> {
  if (names === noNames || !isHost(network)) return {kind: 'notAsked'};
  const name = (await names([network])).get(network);
  return name === undefined ? {kind: 'none'} : {kind: 'name', name};
}

/** The DNS has no names for networks. */
const isHost = (network: string): boolean => !network.includes('/');
