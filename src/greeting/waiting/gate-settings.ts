/** What the gate needs of the settings: times in ms, the command in words. Decides which command is meant. */
import type {Config} from '../../config/schema.js';
import type {RoomLimits} from './room.js';

/** The tag of Debian's daemon, where every name of sendmail is followed. */
const standardTag = 'sm-mta';

export interface GateSettings {
  readonly limits: RoomLimits;
  readonly port: number;
  /** What serves a client. */
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
 * Without `-Am` sendmail may read submit.cf, as for local users; without `-L` its lines have another tag than
 * its daemon's, and nobody follows them.
 */
function commandOf({greetingCommand, mailerSyslogName: [name = 'auto']}: Config): string[] {
  const words = greetingCommand.split(' ').filter((word) => word !== '');
  if (words.length > 0) return words;
  const tag = name === 'auto' ? standardTag : name;
  return ['/usr/sbin/sendmail', '-bs', '-Am', '-L', tag];
}
