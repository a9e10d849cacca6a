/** `blocksmtp greeting advise`: who is exempt here, and what to write for sendmail's own pause. Changes nothing. */
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import type {Config} from '../../config/schema.js';
import {pauseAdvice} from '../../report/greeting/advice.js';
import {ExemptionWatch} from '../../score/live/exemption-watch.js';
import {nothingKept} from '../../score/live/kept-list.js';
import type {Log} from '../../sys/talk/log.js';

export function advisePause(config: Config, {say}: Log, output: Output): ExitCode {
  const watch = new ExemptionWatch(config, say, nothingKept);
  watch.refresh();
  // No packet comes from the rest of what is reserved.
  const callers = watch.exemptions.networks.filter(({text}) => !neverCalls.includes(text));
  output.print(pauseAdvice(callers));
  return exitCode.ok;
}

const neverCalls: readonly string[] = ['0.0.0.0/8', '224.0.0.0/3', '::', 'ff00::/8'];
