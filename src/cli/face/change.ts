/**
 * How a command that changes something reports whether it did: by its exit code, and with `--json` by one object. A
 * second call changes nothing, and says so. docs/operating.md has the table of these commands.
 */
import {type ExitCode, exitCode} from './exit.js';
import type {Output} from './surroundings.js';
import {asciiJson} from '../../base/printable.js';
import type {MessageAnswer, Request} from '../../control/protocol.js';

/** Exit codes when nothing changed, and when the request was refused. */
interface Codes {
  readonly unchanged: ExitCode;
  readonly refused: ExitCode;
}

const usual: Codes = {unchanged: exitCode.no, refused: exitCode.usage};

const codesOf: Readonly<Partial<Record<Request['command'], Codes>>> = {
  // The daemon has read everything again, which is what was asked for; a timer, logrotate or systemd must not see a
  // failure.
  reload: {unchanged: exitCode.ok, refused: exitCode.no},
  confirm: {unchanged: exitCode.no, refused: exitCode.no},
  // Its words are checked before; then it is exempt, or there is no room.
  block: {unchanged: exitCode.no, refused: exitCode.no},
  complain: {unchanged: exitCode.no, refused: exitCode.no},
  complaintForget: {unchanged: exitCode.no, refused: exitCode.no},
  complaintNever: {unchanged: exitCode.no, refused: exitCode.no},
};

export function tellChange(
  command: Request['command'],
  answer: MessageAnswer,
  form: 'text' | 'json',
  {print, complain}: Output,
): ExitCode {
  const {kind, message} = answer;
  const codes = codesOf[command] ?? usual;
  if (kind === 'refused') {
    complain(message);
    return codes.refused;
  }
  const changed = kind === 'done' && answer.dry === undefined;
  const code = kind === 'done' ? exitCode.ok : codes.unchanged;
  if (form === 'json') print(`${asciiJson({command, changed, message}, 2)}\n`);
  else if (code === exitCode.ok) print(`${message}\n`);
  else complain(message);
  return code;
}
