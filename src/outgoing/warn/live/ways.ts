/**
 * The ways to deliver that every kind of warning has besides the log and a window: a mail, a command and a webhook, with
 * their bounds. The caller makes the text.
 */
import type {Config} from '../../../config/schema.js';
import type {Delivered} from '../delivered.js';
import type {WarningWay} from './delivery.js';
import {runCommand} from '../../../sys/run/command.js';
import {hostName} from '../../../sys/run/machine.js';
import {sendMail} from '../../../sys/talk/mail.js';
import {postJson} from '../../../sys/talk/webhook.js';

type WaySettings = Pick<Config, 'warnMail' | 'warnCommand' | 'warnWebhook'>;

/** A warning in the forms that these ways need. */
export interface Said {
  /** The subject of a mail: printable. */
  readonly title: string;
  readonly lines: readonly string[];
  /** One JSON object in one line. */
  readonly json: string;
}

/** How long a window stays open. Ms: later the connection is over, and its pid may be another process. */
export const windowMs = 10 * 60_000;
/** How long the delivery of a mail, a command or a request may take. Ms. */
const deliveryMs = 60_000;

/** Bounds for mails. Counts: nobody reads more in an hour, and the log has all. */
const letters = {atOnce: 1, waiting: 20, anHour: 30};
/** Bounds for a command and a webhook. Counts: a program can read more than a person. */
const records = {atOnce: 2, waiting: 100, anHour: 600};
/** Bounds for windows. Counts: more would cover the screen, and a window that waited would come too late. */
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

/** @param name of the way in the log */
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
