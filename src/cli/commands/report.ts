/**
 * `blocksmtp report`: asks the running daemon, or the state if none runs, and passes the answer to
 * `cli/report/deliver.ts`.
 */
import {answerFor} from './operate.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output, WithoutDaemon} from '../face/surroundings.js';
import {deliver, type ReportWish} from '../report/deliver.js';
import type {Config} from '../../config/schema.js';
import {pageOf} from '../../overview/page/page.js';
import {hostName} from '../../sys/run/machine.js';
import type {Log} from '../../sys/talk/log.js';

export async function report(
  {seconds, ...wish}: ReportWish & {readonly seconds: number},
  config: Config,
  log: Log,
  output: Output,
  alone: WithoutDaemon,
): Promise<ExitCode> {
  const request = {command: 'report', seconds} as const;
  const answer = await answerFor(request, config, log, alone);
  if (answer === undefined) return exitCode.configuration;
  if ('unavailable' in answer) {
    output.complain(answer.unavailable);
    return exitCode.unavailable;
  }
  if (answer.kind !== 'report') {
    output.complain(
      'message' in answer ? answer.message : 'what answers is no daemon of this version',
    );
    return exitCode.unavailable;
  }
  return deliver(answer.report, wish, (overview) => pageOf(overview, hostName()), output);
}
