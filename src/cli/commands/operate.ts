/**
 * `list`, `status`, `why`, `block`, `unblock`, `resume`, `flush`: asks the running daemon; where none
 * runs, does the same itself, on the daemon's own state and with the daemon's own code.
 */
import {askDaemon} from './ask.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Form, Output, WithoutDaemon} from '../face/surroundings.js';
import type {Config} from '../../config/schema.js';
import {type Answer, type GuardRequest, readNetwork} from '../../control/protocol.js';
import {Daemon} from '../../daemon/daemon.js';
import {removeFirewall} from '../../daemon/remove-firewall.js';
import {openToLook, openResources} from '../../daemon/resources.js';
import type {State} from '../../guard/state.js';
import {isGood, type Status, statusFigures, statusLines} from '../../report/status.js';
import {sendersJson, senderTable} from '../../report/tables/senders.js';
import {localTime, roughTime, table} from '../../report/tables/table.js';
import {nowMs} from '../../sys/run/clock.js';
import {machineFamilies} from '../../sys/run/netfilter.js';
import {askControl} from '../../sys/talk/control-socket.js';
import type {Log} from '../../sys/talk/log.js';

export async function operate(
  request: GuardRequest,
  form: Form,
  config: Config,
  log: Log,
  output: Output,
  alone: WithoutDaemon = 'mayWork',
): Promise<ExitCode> {
  const ask = alone === 'mayWork' ? answerOf : askRunning;
  const answer = await ask(request, config, log);
  if (answer === undefined) return exitCode.configuration;
  if ('unavailable' in answer) {
    output.complain(answer.unavailable);
    return exitCode.unavailable;
  }
  switch (answer.kind) {
    case 'blocks':
      output.print(
        form === 'json' ? `${JSON.stringify(answer.blocks, null, 2)}\n` : listing(answer),
      );
      return exitCode.ok;
    case 'why':
      output.print(`${answer.lines.join('\n')}\n`);
      return exitCode.ok;
    case 'status':
      output.print(statusText(answer.status, form));
      return isGood(answer.status) ? exitCode.ok : exitCode.no;
    case 'senders':
      output.print(form === 'json' ? sendersJson(answer.senders) : senderTable(answer.senders));
      return exitCode.ok;
    case 'done':
      output.print(`${answer.message}\n`);
      return exitCode.ok;
    case 'notBlocked':
    case 'notStopped':
      output.complain(answer.message);
      return exitCode.no;
    case 'refused':
      output.complain(answer.message);
      return exitCode.usage;
  }
}

type Answered = Answer | {readonly unavailable: string};

/** Of the daemon, or where none runs of its state. */
export async function answerOf(request: GuardRequest, config: Config, log: Log): Promise<Answered> {
  return (await askRunning(request, config)) ?? withoutDaemon(request, config, log);
}

/** @returns undefined where no daemon runs */
async function askRunning(request: GuardRequest, config: Config): Promise<Answered | undefined> {
  const asked = await askDaemon(config.controlSocket, request);
  switch (asked.kind) {
    case 'answer': {
      const {answer} = asked;
      if (request.command !== 'flush' || answer.kind !== 'done') return answer;
      return {...answer, message: `${answer.message}; the empty chain stays while the daemon runs`};
    }
    case 'noDaemon':
      return undefined;
    case 'failed':
      return {unavailable: `${config.controlSocket}: ${asked.why}`};
  }
}

const onlyAsks: ReadonlySet<GuardRequest['command']> = new Set([
  'list',
  'status',
  'why',
  'senders',
]);

async function withoutDaemon(request: GuardRequest, config: Config, log: Log): Promise<Answered> {
  const open = onlyAsks.has(request.command) ? openToLook : openResources;
  const opened = await open(config, log);
  if (opened.kind !== 'ready') {
    // A daemon that was just beginning, or between two lives, listens now.
    const late = opened.kind === 'taken' ? await askRunning(request, config) : undefined;
    if (late !== undefined) return late;
    const hint = opened.kind === 'taken' ? `, and does not listen at ${config.controlSocket}` : '';
    return {unavailable: `${opened.why}${hint}`};
  }
  const {workplace} = opened;
  const families = machineFamilies();
  const daemon = new Daemon({...workplace, config, families, surplus: 'remove', log});
  try {
    switch (request.command) {
      case 'status':
        await daemon.look();
        return await daemon.answer(request);
      case 'list':
      case 'why':
      case 'senders':
        return await daemon.answer(request);
      case 'resume': {
        const answer = await daemon.answer(request);
        return config.dryRun ? wouldBeDone(request, answer) : answer;
      }
      case 'flush':
        return await flush(daemon, workplace.state, config, log);
      case 'block':
      case 'unblock': {
        daemon.start();
        const answer = await daemon.answer(request);
        if (config.dryRun) return wouldBeDone(request, answer);
        if (answer.kind !== 'done') return answer;
        if (daemon.isEnforced(request.network)) return untilWhen(request, answer, config);
        return {
          unavailable: 'saved, but the firewall refuses: it is done when the daemon runs again',
        };
      }
    }
  } finally {
    await daemon.stop('leave');
    workplace.leave();
  }
}

type Changing = Extract<GuardRequest, {command: 'block' | 'unblock' | 'resume'}>;

/**
 * Tells what would be done, in a dry run: it reads no state, so whether somebody is blocked, or
 * blocking is stopped, is not known to it.
 */
function wouldBeDone(request: Changing, answer: Answer): Answer {
  if (answer.kind === 'refused') return answer;
  return {kind: 'done', message: `dry_run is set: ${wouldBe(request)}`};
}

function wouldBe(request: Changing): string {
  if (request.command === 'resume') return 'blocks would be made again, if blocking is stopped';
  const read = readNetwork(request);
  const network = read.kind === 'network' ? read.network.text : request.network;
  return request.command === 'block'
    ? `${network} would be blocked`
    : `${network} would be unblocked, if it is blocked`;
}

/** Rules of iptables do not end by themselves: who has set a time must know it. */
function untilWhen(
  {command}: Changing,
  answer: Extract<Answer, {message: string}>,
  {backend}: Config,
): Answer {
  if (command !== 'block' || backend !== 'iptables') return answer;
  return {...answer, message: `${answer.message}; no daemon runs, so it stands until one does`};
}

/** Lifts all blocks, and takes out of the kernel whatever any backend has made. */
async function flush(daemon: Daemon, state: State, config: Config, log: Log): Promise<Answered> {
  const answer = await daemon.answer({command: 'flush'});
  if (answer.kind !== 'done') return answer;
  if (config.dryRun) return {...answer, message: wouldClear};
  const failures = await removeFirewall(config, log.say, state);
  if (failures.length > 0) return {unavailable: failures.join('; ')};
  return {...answer, message: `${answer.message}, and nothing of ours is left in the firewall`};
}

/** Takes whatever any backend has made out of the kernel; the state is left alone. */
export async function clearFirewall(config: Config, log: Log, output: Output): Promise<ExitCode> {
  const asked = await askControl(config.controlSocket, {command: 'status'});
  if (asked.kind === 'answer') {
    output.complain('a daemon runs, and would put it all back: stop it first');
    return exitCode.no;
  }
  if (config.dryRun) {
    output.print(`${wouldClear}\n`);
    return exitCode.ok;
  }
  // One that runs need not have a socket. Where the state cannot be opened, none can run.
  const opened = await openResources(config, log);
  if (opened.kind === 'taken') {
    output.complain(`${opened.why}, and would put it all back: stop it first`);
    return exitCode.unavailable;
  }
  const workplace = opened.kind === 'ready' ? opened.workplace : undefined;
  const failures = await removeFirewall(config, log.say, workplace?.state);
  try {
    workplace?.commit();
  } catch (error) {
    log.say('warning', `state: not saved: ${(error as Error).message}`);
  }
  workplace?.leave();
  for (const failure of failures) output.complain(failure);
  if (failures.length > 0) return exitCode.unavailable;
  output.print('nothing of ours is left in the firewall\n');
  return exitCode.ok;
}

const wouldClear = 'dry_run is set: all of ours would be taken out of the firewall';

function statusText(status: Status, form: Form): string {
  switch (form) {
    case 'text':
      return `${statusLines(status, nowMs()).join('\n')}\n`;
    case 'json':
      return `${JSON.stringify(status, null, 2)}\n`;
    case 'figures':
      return statusFigures(status);
  }
}

function listing({blocks}: Extract<Answer, {kind: 'blocks'}>): string {
  if (blocks.length === 0) return 'nobody is blocked\n';
  const rows = blocks.map(({network, untilMs, reason, origin}) => [
    network,
    localTime(untilMs),
    roughTime((untilMs - nowMs()) / 1000),
    origin === 'operator' ? 'by the operator' : reason,
  ]);
  return table([['CLIENT', 'UNTIL', 'LEFT', 'WHY'], ...rows]);
}
