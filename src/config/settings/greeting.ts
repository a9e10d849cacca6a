/** Whether clients wait for the greeting, for how long, and what serves them then. */
import {choice, duration, number, text} from '../kinds/scalars.js';
import {setting} from './setting.js';

const words = /^(?:\/[^\0\n"\\]{0,4095})?$/;

export const greeting = {
  greeting: setting(
    choice('off', 'observe', 'gate', 'strict'),
    'off',
    'What the daemon does about clients that speak before the greeting: nothing; it counts that against them; it also has unknown clients wait at the gate; or it also blocks such clients at once.',
  ),
  greetingWait: setting(
    duration('1s', '90s'),
    6,
    'How long an unknown client waits at the gate. Mailers wait five minutes (RFC 5321); some checkers give up after 15 seconds.',
  ),
  greetingWaitStress: setting(
    duration('1s', '90s'),
    1,
    'The same while the gate is more than 70 % full.',
  ),
  greetingPort: setting(
    number(1024, 65_535, 'whole', 'PORT'),
    2500,
    'The port at which the gate listens. The firewall leads unknown clients there; nobody calls it by itself.',
  ),
  greetingMax: setting(
    number(1, 20_000, 'whole', 'COUNT'),
    2000,
    'So many clients wait at once. Who comes beyond that is handed to the mailer at once.',
  ),
  greetingMaxPerClient: setting(
    number(1, 20_000, 'whole', 'COUNT'),
    20,
    'The same for one client.',
  ),
  greetingMaxPerNetwork: setting(
    number(1, 20_000, 'whole', 'COUNT'),
    100,
    'The same for one network: a /24 of IPv4, a /64 of IPv6.',
  ),
  greetingChildrenMax: setting(
    number(1, 10_000, 'whole', 'COUNT'),
    100,
    'So many processes of the mailer that the gate has started run at once. Beyond that a client hears 421, and comes again.',
  ),
  greetingChildrenPerSecond: setting(
    number(1, 1000, 'whole', 'COUNT'),
    20,
    'So many of them are started in a second.',
  ),
  greetingPassed: setting(
    duration('1m', '400d'),
    30 * 86_400,
    'A client that has waited goes straight to the mailer for so long after its last mail.',
  ),
  greetingCommand: setting(
    text(words, 'a command that begins with a path, its words split at blanks', 'COMMAND'),
    '',
    'What serves a client that has waited, with the connection as its standard input and output; empty: /usr/sbin/sendmail -bs -Am -L with the name that is followed in the log.',
  ),
} as const;
