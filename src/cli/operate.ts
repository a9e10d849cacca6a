/**
 * `list`, `why`, `block`, `unblock`: asks the running daemon; where none runs, does the same itself, on the
 * daemon's own state and with the daemon's own code.
 */
import {readDuration} from '../config/kinds.js';
import type {Config} from '../config/schema.js';
import {Daemon} from '../daemon/daemon.js';
import {type Answer, longestOperatorSeconds, type Request} from '../daemon/operator.js';
import {openWorkplace} from '../daemon/workplace.js';
import {askControl} from '../sys/control-socket.js';
import type {Log} from '../sys/log.js';
import {nowMs} from '../sys/machine.js';
import {machineFamilies} from '../sys/netfilter.js';
import {type ExitCode, exitCode} from './exit.js';
import {localTime, roughTime, table} from './terminal.js';

export interface Output {
  readonly print: (text: string) => void;
  readonly complain: (message: string) => void;
}

export async function operate(
  request: Request,
  form: 'text' | 'json',
  config: Config,
  log: Log,
  output: Output,
): Promise<ExitCode> {
  const asked = await askControl(config.controlSocket, request);
  if (asked.kind === 'failed') {
    output.complain(`${config.controlSocket}: ${asked.why}`);
    return exitCode.unavailable;
  }
  // The daemon is this same program; its answer has the type of `Daemon.answer`.
  const answer =
    asked.kind === 'answer' ? (asked.answer as Answer) : await withoutDaemon(request, config, log);
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
    case 'done':
      output.print(`${answer.message}\n`);
      return exitCode.ok;
    case 'notBlocked':
      output.complain(answer.message);
      return exitCode.no;
    case 'refused':
      output.complain(answer.message);
      return exitCode.usage;
  }
}

async function withoutDaemon(
  request: Request,
  config: Config,
  log: Log,
): Promise<Answer | {readonly unavailable: string}> {
  const opened = await openWorkplace(config, log);
  if (opened.kind !== 'ready') {
    const hint = opened.kind === 'taken' ? `, and does not listen at ${config.controlSocket}` : '';
    return {unavailable: `${opened.why}${hint}`};
  }
  const {workplace} = opened;
  const families = machineFamilies();
  const daemon = new Daemon({...workplace, config, families, surplus: 'remove', log});
  try {
    if (request.command === 'list' || request.command === 'why')
      return await daemon.answer(request);
    daemon.start();
    const answer = await daemon.answer(request);
    if (answer.kind !== 'done' || daemon.isEnforced(request.network)) return answer;
    return {unavailable: `saved, but the firewall refuses: it is done when the daemon runs again`};
  } finally {
    await daemon.stop('leave');
    workplace.leave();
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

/** @returns seconds, or undefined when `--for` is no time that a block can last */
export function blockSecondsOf(text: string | undefined, config: Config): number | undefined {
  const seconds = text === undefined ? config.blockTime : readDuration(text);
  const isGood = seconds !== undefined && seconds >= 1 && seconds <= longestOperatorSeconds;
  return isGood ? seconds : undefined;
}
