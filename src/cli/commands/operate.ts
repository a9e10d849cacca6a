/**
 * `list`, `status`, `why`, `senders`, `block`, `unblock`, `resume`, `flush`: asks the running daemon, or
 * where none runs does the same itself (`without-daemon.ts`), and prints the answer.
 */
import {askDaemon} from './ask.js';
import {type Answered, answerAlone} from './without-daemon.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Form, Output, WithoutDaemon} from '../face/surroundings.js';
import type {Config} from '../../config/schema.js';
import type {Answer, GuardRequest} from '../../control/protocol.js';
import {statusFigures} from '../../report/prometheus.js';
import {isGood, type Status} from '../../report/status.js';
import {statusLines} from '../../report/status-lines.js';
import {sendersJson, senderTable} from '../../report/tables/senders.js';
import {localTime, roughTime, table} from '../../report/tables/table.js';
import {nowMs} from '../../sys/run/clock.js';
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

/** Of the daemon, or where none runs of its state. */
export async function answerOf(request: GuardRequest, config: Config, log: Log): Promise<Answered> {
  const running = await askRunning(request, config);
  if (running !== undefined) return running;
  const alone = await answerAlone(request, config, log);
  if (!('taken' in alone)) return alone;
  // A daemon that was just beginning, or between two lives, listens now.
  const late = await askRunning(request, config);
  const why = `${alone.taken}, and does not listen at ${config.controlSocket}`;
  return late ?? {unavailable: why};
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
