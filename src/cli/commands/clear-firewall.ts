/**
 * `flush --keep-blocks`: removes everything of ours from the firewall, and leaves the state alone.
 */
import {unaskedForLong} from './ask.js';
import {tellChange} from '../face/change.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import type {Config} from '../../config/schema.js';
import {removeFirewall} from '../../daemon/enforcement/remove-firewall.js';
import {openResources} from '../../daemon/resources.js';
import {askControl} from '../../sys/talk/control-socket.js';
import type {Log} from '../../sys/talk/log.js';

/** What the command prints in a dry run. */
export const wouldClear = 'dry_run is set: all of ours would be taken out of the firewall';

export async function clearFirewall(
  config: Config,
  form: 'text' | 'json',
  log: Log,
  output: Output,
): Promise<ExitCode> {
  const asked = await askControl(config.controlSocket, {command: 'status'});
  if (asked.kind === 'answer') {
    output.complain('a daemon runs, and would put it all back: stop it first');
    return exitCode.unavailable;
  }
  if (config.dryRun) {
    return tell('dry', wouldClear, form, output);
  }
  const silent = unaskedForLong(config);
  if (silent !== undefined) {
    output.complain(`${silent}; it would put all back: stop it first`);
    return exitCode.unavailable;
  }
  // A running daemon may have no socket. If the state cannot be opened, a daemon may hold it.
  const opened = await openResources(config, log);
  if (opened.kind === 'taken') {
    output.complain(`${opened.why}, and would put it all back: stop it first`);
    return exitCode.unavailable;
  }
  const resources = opened.kind === 'ready' ? opened.resources : undefined;
  const {failures, removed} = await removeFirewall(config, log.say, resources?.state);
  try {
    resources?.commit();
  } catch (error) {
    log.say('warning', `state: not saved: ${(error as Error).message}`);
  }
  resources?.leave();
  for (const failure of failures) output.complain(failure);
  if (failures.length > 0) return exitCode.unavailable;
  const kind = removed === 'nothing' ? 'unchanged' : 'done';
  return tell(kind, 'nothing of ours is left in the firewall', form, output);
}

function tell(
  kind: 'done' | 'unchanged' | 'dry',
  message: string,
  form: 'text' | 'json',
  output: Output,
): ExitCode {
  const answer = kind === 'dry' ? ({kind: 'done', dry: 'run'} as const) : {kind};
  return tellChange('flush', {...answer, message}, form, output);
}
