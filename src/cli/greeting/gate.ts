/** `blocksmtp gate`: makes unknown clients wait before the mailer greets them. A process of its own. */
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Signals} from '../face/surroundings.js';
import type {Config} from '../../config/schema.js';
import {Gate} from '../../greeting/live/gate.js';
import {gateSettings} from '../../greeting/waiting/gate-settings.js';
import {whyNotRun} from '../../sys/disk/text-file.js';
import {perl} from '../../sys/greeting/last-look.js';
import {takeGivenSockets} from '../../sys/greeting/listener.js';
import {openLog} from '../../sys/talk/log.js';

export async function gate(config: Config, signals: Signals): Promise<ExitCode> {
  const end = new AbortController();
  const given = takeGivenSockets();
  const log = openLog(config);
  signals.onStop(() => end.abort());
  signals.onReload(() => log.say('notice', 'gate: it takes settings over when it is restarted'));
  const settings = gateSettings(config);
  try {
    for (const program of [perl, settings.command[0] ?? '']) {
      const why = whyNotRun(program);
      if (why === undefined) continue;
      log.say('error', `gate: ${program}: ${why}: expected a program; without it nobody is served`);
      return exitCode.unavailable;
    }
    if (config.greeting === 'off' || config.greeting === 'observe') {
      const what = `gate: greeting = "${config.greeting}": no rule guards this port`;
      log.say('error', `${what}: expected "gate" or "strict"`);
      return exitCode.configuration;
    }
    await new Gate(settings, log.say).run(given, config.controlSocket, end.signal);
    return exitCode.ok;
  } catch (error) {
    const what = `gate: port ${settings.port}: ${(error as Error).message}`;
    log.say('error', `${what}: expected a free port (greeting_port)`);
    return exitCode.unavailable;
  } finally {
    await log.close();
  }
}
