/**
 * `blocksmtp complain` and `blocksmtp complaints`: asks the running daemon. If none runs, shows
 * what the state holds; then it sends and changes nothing.
 */
import {printable} from '../../base/printable.js';
import {jsonWithTimes} from '../../base/time-text.js';
import type {Config} from '../../config/schema.js';
import {serveComplaint} from '../../control/complaint.js';
import type {Answer, ComplaintRequest} from '../../control/protocol.js';
import {openToLook} from '../../daemon/resources.js';
import {complaintTable, complaintText, lettersText} from '../../report/tables/complaints.js';
import {nowMs} from '../../sys/run/clock.js';
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
  return print(request.command, answer, form, shows, output);
}

async function alone(request: ComplaintRequest, config: Config, log: Log): Promise<Answer> {
  if (request.command !== 'complaints') {
    return {kind: 'refused', message: 'no daemon runs: it notes what is due, and sends it'};
  }
  const opened = await openToLook(config, log);
  if (opened.kind !== 'ready') return {kind: 'refused', message: opened.why};
  const {resources} = opened;
  try {
    const compose = () => ({kind: 'wrong', why: 'no daemon runs'}) as const;
    return serveComplaint(request, {config, tables: resources.state, compose, due: 0}, nowMs());
  } finally {
    resources.leave();
  }
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
