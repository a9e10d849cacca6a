/** `reload`, `confirm`: what only a running daemon can do. */
import {askWatched, unasked} from './ask.js';
import {tellChange} from '../face/change.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output, WithoutDaemon} from '../face/surroundings.js';
import type {Config} from '../../config/schema.js';
import type {CourseRequest} from '../../control/protocol.js';

export async function reload(
  request: CourseRequest,
  form: 'text' | 'json',
  config: Config,
  output: Output,
  alone: WithoutDaemon = 'mayWork',
): Promise<ExitCode> {
  const {controlSocket} = config;
  const asked = await askWatched(config, request);
  if (asked.kind === 'noDaemon' && alone === 'mayNotWork') return exitCode.configuration;
  if (asked.kind === 'hung') {
    output.complain(asked.why);
    return exitCode.unavailable;
  }
  if (asked.kind !== 'answer') {
    const silent = asked.kind === 'failed' ? undefined : unasked(config);
    const why = asked.kind === 'failed' ? asked.why : 'no daemon runs';
    output.complain(silent ?? `${controlSocket}: ${why}`);
    return exitCode.unavailable;
  }
  const {answer} = asked;
  if ('message' in answer && answer.kind !== 'letters') {
    return tellChange(request.command, answer, form, output);
  }
  output.complain(`${controlSocket}: another answer`);
  return exitCode.no;
}
