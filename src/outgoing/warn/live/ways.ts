/**
 * The ways that every kind of warning goes besides the log and a window: a mail, a command, a webhook; with their
 * bounds. The caller makes the text.
 */
import type {Config} from '../../../config/schema.js';
import type {Delivered} from '../delivered.js';
import type {WarningWay} from './delivery.js';
import {runCommand} from '../../../sys/run/command.js';
import {hostName} from '../../../sys/run/machine.js';
import {sendMail} from '../../../sys/talk/mail.js';
import {postJson} from '../../../sys/talk/webhook.js';

type WaySettings = Pick<Config, 'warnMail' | 'warnCommand' | 'warnWebhook'>;

/** A warning in the forms that these ways carry. */
export interface Said {
  /** For the subject of a mail: printable. */
  readonly title: string;
  readonly lines: readonly string[];
  /** One object, one line. */
  readonly json: string;
}

/** A window is withdrawn then: what it tells of is over, and its pid may be another process. Ms. */
export const windowMs = 10 * 60_000;
/** A mail, a command and a request have so long. Ms. */
const deliveryMs = 60_000;

/** Nobody reads more mails in an hour; what is left out stands in the log. Counts. */
const letters = {atOnce: 1, waiting: 20, anHour: 30};
/** A program may sort them: more than for people. Counts. */
const records = {atOnce: 2, waiting: 100, anHour: 600};
/** More windows would cover the screen, and one that waited would come too late. Counts. */
export const windows = {atOnce: 3, waiting: 0, anHour: 30};

export function plainWays<Told>(
  settings: WaySettings,
  saidOf: (told: Told) => Said,
  uidOf: (told: Told) => number,
  mailPort: number,
): WarningWay<Told>[] {
  const {warnMail, warnCommand, warnWebhook} = settings;
  return [
    ...(warnMail === ''
      ? []
      : [
          {
            ...{name: 'mail', bounds: letters, timeoutMs: deliveryMs, uidOf},
            deliver: (told: Told, stop: AbortSignal) =>
              mail(saidOf(told), warnMail, mailPort, stop),
          },
        ]),
    ...(warnCommand === '' ? [] : [commandWay('command', warnCommand, saidOf, uidOf)]),
    ...(warnWebhook === ''
      ? []
      : [
          {
            ...{name: 'webhook', bounds: records, timeoutMs: deliveryMs, uidOf},
            deliver: (told: Told, stop: AbortSignal) =>
              postJson(warnWebhook, saidOf(told).json, stop),
          },
        ]),
  ];
}

/** @param name for the log */
export const commandWay = <Told>(
  name: string,
  program: string,
  saidOf: (told: Told) => Pick<Said, 'json'>,
  uidOf: (told: Told) => number,
): WarningWay<Told> => ({
  ...{name, bounds: records, timeoutMs: deliveryMs, uidOf},
  deliver: async (told, stop) => {
    const limits = {timeoutMs: deliveryMs, stop, output: 'ignored'} as const;
    const result = await runCommand(program, [], {input: `${saidOf(told).json}\n`, ...limits});
    return result.kind === 'done' ? result : {kind: 'failed', why: result.why};
  },
});

function mail(
  {title, lines}: Said,
  to: string,
  port: number,
  stop: AbortSignal,
): Promise<Delivered> {
  const ownName = hostName().replaceAll(/[^A-Za-z0-9.-]/g, '-') || 'localhost';
  const letter = {
    ...{from: `blocksmtp@${ownName}`, to},
    subject: `[${ownName}] ${title}`,
    text: `${lines.join('\n')}\n`,
  };
  return sendMail(letter, {host: '127.0.0.1', port, ownName}, stop);
}
