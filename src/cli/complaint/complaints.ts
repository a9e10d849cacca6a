/**
 * `blocksmtp complain` and `blocksmtp complaints`: asks the running daemon. If none runs, shows
 * what the state holds, and notes there to which contacts no complaint may go. Sends nothing.
 */
import {printable} from '../../base/printable.js';
import {jsonWithTimes} from '../../base/time-text.js';
import type {Config} from '../../config/schema.js';
import {serveComplaint} from '../../control/complaint.js';
import type {Answer, ComplaintRequest} from '../../control/protocol.js';
import {deniedText} from '../../control/reading.js';
import {openResources, openToLook} from '../../daemon/resources.js';
import {complaintTable, complaintText, lettersText} from '../../report/tables/complaints.js';
import {nowMs} from '../../sys/run/clock.js';
import {isRoot} from '../../sys/run/machine.js';
import type {Log} from '../../sys/talk/log.js';
import {askWatched} from '../commands/ask.js';
import {tellChange} from '../face/change.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';

interface Wish {
  readonly request: ComplaintRequest;
  readonly form: 'text' | 'json';
  /** `one`: everything known about one complaint; default: one line for each. */
  readonly shows?: 'one';
}

export async function complaints(
  {request, form, shows}: Wish,
  config: Config,
  log: Log,
  output: Output,
): Promise<ExitCode> {
  const asked = await askWatched(config, request);
  if (asked.kind === 'failed' || asked.kind === 'hung') {
    output.complain(printable(asked.why, 500));
    return exitCode.unavailable;
  }
  const answer = asked.kind === 'answer' ? asked.answer : await alone(request, config, log);
  if ('unavailable' in answer) {
    output.complain(printable(answer.unavailable, 500));
    return exitCode.unavailable;
  }
  return print(request.command, answer, form, shows, output);
}

type WithoutDaemon = Extract<
  ComplaintRequest,
  {command: 'complaints' | 'complaintForget' | 'complaintNever'}
>;
const withoutDaemon: ReadonlySet<ComplaintRequest['command']> = new Set([
  ...(['complaints', 'complaintForget', 'complaintNever'] as const),
]);
const needsNone = (request: ComplaintRequest): request is WithoutDaemon =>
  withoutDaemon.has(request.command);

async function alone(
  request: ComplaintRequest,
  config: Config,
  log: Log,
): Promise<Answer | {readonly unavailable: string}> {
  if (!needsNone(request)) {
    return {unavailable: 'no daemon runs: it notes what is due, and sends it'};
  }
  const changes = request.command !== 'complaints';
  if (changes && config.dryRun)
    return {kind: 'refused', message: 'dry_run is set: nothing is saved'};
  const opened = await (changes ? openResources : openToLook)(config, log);
  if (opened.kind !== 'ready') return {unavailable: whyOf(request, opened.why)};
  const {resources} = opened;
  try {
    const compose = () => ({kind: 'wrong', why: 'no daemon runs'}) as const;
    const view = {config, tables: resources.state, compose, due: 0};
    const answer = serveComplaint(request, view, nowMs());
    if (answer.kind === 'done') resources.commit();
    return answer;
  } catch (error) {
    return {unavailable: `${config.stateDir}: NOT saved: ${(error as Error).message}`};
  } finally {
    resources.leave();
  }
}

/** The system's own words name no cure. */
function whyOf(request: ComplaintRequest, why: string): string {
  const denied = deniedText(request);
  return isRoot() || why.includes(denied) ? why : `${denied} (${why})`;
}

function print(
  command: ComplaintRequest['command'],
  answer: Answer,
  form: Wish['form'],
  shows: Wish['shows'],
  output: Output,
): ExitCode {
  const {print: write, complain} = output;
  switch (answer.kind) {
    case 'letters':
      write(form === 'json' ? `${jsonWithTimes(answer, 2)}\n` : lettersText(answer));
      return exitCode.ok;
    case 'complaints': {
      if (form === 'json') write(`${jsonWithTimes(answer, 2)}\n`);
      else if (shows === 'one') write(answer.complaints.map(complaintText).join('\n'));
      else write(complaintTable(answer.complaints, answer.due));
      return exitCode.ok;
    }
    case 'blocks':
    case 'why':
    case 'status':
    case 'senders':
    case 'waiting':
    case 'report':
    case 'contact':
      complain('what answers is no daemon of this version');
      return exitCode.unavailable;
    case 'done':
    case 'unchanged':
    case 'notBlocked':
    case 'notStopped':
    case 'refused':
      return tellChange(command, answer, form, output);
  }
}
