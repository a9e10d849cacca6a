/**
 * Delivers warnings about senders: into the log, by the ways that other warnings take, and to the site's
 * own command. Waits for none of these, and each has its bounds (`outgoing/warn/live/delivery.ts`).
 */
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import {WarningDelivery, type WarningWay} from '../../outgoing/warn/live/delivery.js';
import {commandWay, plainWays, windowMs, windows} from '../../outgoing/warn/live/ways.js';
import {markupText} from '../../outgoing/warn/warning.js';
import type {MailWarning} from '../alarm-text.js';
import {desktopUser, runtimeFolder, showWindow} from '../../sys/talk/desktop.js';

type MailWarnerSettings = Pick<
  Config,
  'warnMail' | 'warnCommand' | 'warnWebhook' | 'warnUser' | 'mailActionCommand'
>;

/** The mailer's port on this machine. */
const mailPort = 25;

const same = (warning: MailWarning): MailWarning => warning;
const whose = ({uid}: MailWarning): number => uid;

export class MailWarner {
  readonly #say: Say;
  readonly #ways: readonly WarningDelivery<MailWarning>[];
  readonly #action: WarningDelivery<MailWarning> | undefined;

  constructor(settings: MailWarnerSettings, say: Say) {
    const {warnUser, mailActionCommand} = settings;
    const window: WarningWay<MailWarning> = {
      ...{name: 'window', bounds: windows, timeoutMs: windowMs, uidOf: whose},
      deliver: async ({title, lines}, stop) => {
        const found = await desktopUser(warnUser, runtimeFolder);
        if (found.kind === 'none') return {kind: 'failed', why: found.why};
        const shown = {title, body: markupText(lines), buttons: []};
        const result = await showWindow(found.user, shown, runtimeFolder, stop);
        return result.kind === 'failed' ? result : {kind: 'done'};
      },
    };
    const plain = plainWays(settings, same, whose, mailPort);
    const ways = [...plain, ...(warnUser === '' ? [] : [window])];
    this.#say = say;
    this.#ways = ways.map((way) => new WarningDelivery(way, say));
    this.#action =
      mailActionCommand === ''
        ? undefined
        : new WarningDelivery(
            commandWay('mail_action_command', mailActionCommand, same, whose),
            say,
          );
  }

  /** Never waits, never fails. @param about `sender`: the site's own command runs too */
  warn(warning: MailWarning, about: 'sender' | 'label' | 'queue'): void {
    this.#say('warning', warning.text);
    for (const way of this.#ways) way.take(warning);
    if (about === 'sender') this.#action?.take(warning);
  }

  async stop(): Promise<void> {
    const action = this.#action === undefined ? [] : [this.#action];
    await Promise.all([...this.#ways, ...action].map((way) => way.stop()));
  }
}
