/**
 * `blocksmtp greeting advise`: prints this machine's exempt networks, and the lines for sendmail's
 * own pause. Changes nothing.
 */
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import type {Network} from '../../net/network.js';
import {pauseAdvice} from '../../report/greeting/advice.js';
import {ExemptionWatch} from '../../score/live/exemption-watch.js';
import {nothingKept} from '../../score/live/kept-list.js';
import type {Log} from '../../sys/talk/log.js';

export function advisePause(config: Config, {say}: Log, output: Output): ExitCode {
  output.print(pauseAdvice(exemptCallers(config, say)));
  return exitCode.ok;
}

/** Loopback, this machine's addresses, the whitelist. */
export function exemptCallers(config: Config, say: Say): readonly Network[] {
  const watch = new ExemptionWatch(config, say, nothingKept);
  watch.refresh();
  // No packet comes from the other reserved networks.
  return watch.exemptions.networks.filter(({text}) => !neverCalls.includes(text));
}

const neverCalls: readonly string[] = ['0.0.0.0/8', '224.0.0.0/3', '::', 'ff00::/8'];
