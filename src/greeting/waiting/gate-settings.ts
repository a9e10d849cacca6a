/**
 * Turns the settings into what the gate needs: times in ms, and the command in words. Decides which command serves
 * clients if the setting is empty.
 */
import type {Config} from '../../config/schema.js';
import type {RoomLimits} from './room.js';

/** The tag in the log of Debian's sendmail daemon. It is used if blocksmtp follows every name of sendmail. */
const standardTag = 'sm-mta';

export interface GateSettings {
  readonly limits: RoomLimits;
  readonly port: number;
  /** The command that serves a client. */
  readonly command: readonly string[];
}

export function gateSettings(config: Config): GateSettings {
  return {
    limits: {
      waitMs: config.greetingWait * 1000,
      stressWaitMs: config.greetingWaitStress * 1000,
      most: config.greetingMax,
      mostPerClient: config.greetingMaxPerClient,
      mostPerNetwork: config.greetingMaxPerNetwork,
      mostChildren: config.greetingChildrenMax,
      childrenPerSecond: config.greetingChildrenPerSecond,
    },
    port: config.greetingPort,
    command: commandOf(config),
  };
}

/**
 * Without `-Am` sendmail may read submit.cf, as for local users. Without `-L` its log lines have another tag than
 * those of its daemon, and blocksmtp would not follow them.
 */
function commandOf({greetingCommand, mailerSyslogName: [name = 'auto']}: Config): string[] {
  const words = greetingCommand.split(' ').filter((word) => word !== '');
  if (words.length > 0) return words;
  const tag = name === 'auto' ? standardTag : name;
  return ['/usr/sbin/sendmail', '-bs', '-Am', '-L', tag];
}
