/** `reload`, `confirm`: what only a running daemon can do. */
import {askWatched, unasked} from './ask.js';
import {tellChange} from '../face/change.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output, WithoutDaemon} from '../face/surroundings.js';
import type {Config} from '../../config/schema.js';
import type {CourseRequest} from '../../control/protocol.js';
import {pause} from '../../sys/run/clock.js';

export async function reload(
  request: CourseRequest,
  form: 'text' | 'json',
  config: Config,
  output: Output,
  alone: WithoutDaemon = 'mayWork',
): Promise<ExitCode> {
  const {controlSocket} = config;
  const asked = await askOnceMore(config, request);
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

/**
 * How long to wait for a daemon that is applying a configuration, and how often to ask. Ms: it takes less than a
 * second, on a busy machine longer.
 */
const [mostMs, everyMs] = [5000, 200];
/** How long nobody may hold the state while the daemon changes its configuration. Ms. */
const betweenMs = 1000;

/**
 * `confirm` may come while the daemon is applying the configuration of a `reload` and does not listen yet. Waits
 * for a process that holds the state, and for a moment if none does.
 */
async function askOnceMore(
  config: Config,
  request: CourseRequest,
): Promise<Awaited<ReturnType<typeof askWatched>>> {
  let asked = await askWatched(config, request);
  for (let waitedMs = 0; asked.kind === 'noDaemon' && waitedMs < mostMs; waitedMs += everyMs) {
    if (waitedMs >= betweenMs && unasked(config) === undefined) return asked;
    await pause(everyMs);
    asked = await askWatched(config, request);
  }
  return asked;
}
