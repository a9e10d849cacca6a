/** The settings that the joining and the book need. */
import type {Config} from '../config/schema.js';
import type {AuthorshipOf} from '../mail/authorship.js';
import {isOwnNetwork} from '../mail/connections.js';
import type {BookSettings} from './book.js';
import {Exempts} from './exempt.js';
import type {JoiningRules} from './whose/joining.js';

type SubmissionSettings = Pick<
  Config,
  | 'outgoingMail'
  | 'mailPerHour'
  | 'mailPerDay'
  | 'rcptPerMessage'
  | 'mailExempt'
  | 'attribution'
  | 'warnInterval'
>;

/** @param uidOf a user's number; undefined if there is no such user */
export function bookSettings(
  config: SubmissionSettings,
  uidOf: (name: string) => number | undefined,
): BookSettings {
  const {outgoingMail, attribution, warnInterval} = config;
  return {
    mode: outgoingMail === 'off' ? 'observe' : outgoingMail,
    ...{attribution, warnInterval},
    perHour: config.mailPerHour,
    perDay: config.mailPerDay,
    perMessage: config.rcptPerMessage,
    exempts: new Exempts(config.mailExempt, uidOf),
  };
}

/** How to recognise the mailer, and the name of this machine. */
interface Mailer {
  readonly authorshipOf: AuthorshipOf;
  readonly isProgram: (executable: string) => boolean;
}

export const joiningRules = (
  {authorshipOf, isProgram}: Mailer,
  ownHost: string,
  {exempts}: Pick<BookSettings, 'exempts'>,
): JoiningRules => ({
  ...{ownHost, authorshipOf, isProgram},
  isOwn: (client) => isOwnNetwork(client) || exempts.hasHost(client),
});
