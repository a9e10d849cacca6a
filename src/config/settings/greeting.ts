/** Whether clients wait for the greeting, for how long, and what serves them afterwards. */
import {choice, duration, number, text} from '../kinds/scalars.js';
import {setting} from './setting.js';

const words = /^(?:\/[^\0\n"\\]{0,4095})?$/;

export const greeting = {
  greeting: setting(
    choice('off', 'observe', 'gate', 'strict'),
    'off',
    'What the daemon does about clients that speak before the greeting. off: nothing; observe: it counts that against them; gate: unknown clients also wait at the gate; strict: it also blocks such clients immediately.',
  ),
  greetingWait: setting(
    duration('1s', '90s'),
    6,
    'How long an unknown client waits at the gate. Mailers wait five minutes (RFC 5321); some checkers give up after 15 seconds.',
  ),
  greetingWaitStress: setting(
    duration('1s', '90s'),
    1,
    'How long it waits while the gate is more than 70 % full.',
  ),
  greetingPort: setting(
    number(1024, 65_535, 'whole', 'PORT'),
    2500,
    'The port at which the gate listens. The firewall redirects unknown clients to it; no client connects to it directly.',
  ),
  greetingMax: setting(
    number(1, 20_000, 'whole', 'COUNT'),
    2000,
    'At most this many clients wait at the same time. The gate hands further clients to the mailer immediately.',
  ),
  greetingMaxPerClient: setting(
    number(1, 20_000, 'whole', 'COUNT'),
    20,
    'At most this many connections of one client wait at the same time.',
  ),
  greetingMaxPerNetwork: setting(
    number(1, 20_000, 'whole', 'COUNT'),
    100,
    'At most this many connections of one network (an IPv4 /24, an IPv6 /64) wait at the same time.',
  ),
  greetingChildrenMax: setting(
    number(1, 10_000, 'whole', 'COUNT'),
    100,
    'At most this many mailer processes that the gate started run at the same time. Beyond that a client gets 421, and tries again later.',
  ),
  greetingChildrenPerSecond: setting(
    number(1, 1000, 'whole', 'COUNT'),
    20,
    'At most this many of them start in a second.',
  ),
  greetingPassed: setting(
    duration('1m', '400d'),
    30 * 86_400,
    'A client that has waited goes straight to the mailer for this long after its last mail.',
  ),
  greetingCommand: setting(
    text(words, 'a command that begins with a path, its words split at blanks', 'COMMAND'),
    '',
    'The command that serves a client that has waited, with the connection as its standard input and output; empty: /usr/sbin/sendmail -bs -Am -L with the program name that is followed in the log.',
  ),
} as const;
