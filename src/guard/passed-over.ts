/** Which records are of no interest to the guard, and why, before anything of their message is read. */
import type {ReadRecord} from './outcome.js';
import type {GuardSettings} from './settings.js';
import type {Ignored} from '../hearing/heard.js';
import {shownNames} from '../hearing/names.js';
import type {LogRecord} from '../log/record.js';
import {sameHost} from '../log/syslog.js';

type PassedOver = Extract<ReadRecord, {kind: 'ignored'}>;

export const ignored = (reason: Ignored, why: string, record?: LogRecord): PassedOver => ({
  kind: 'ignored',
  reason,
  why,
  record,
});

/** @returns undefined: it is to be read */
export function passedOver(
  {program, host, writer}: LogRecord,
  {mailerNames, mailerHost, dialect}: GuardSettings,
): PassedOver | undefined {
  if (!mailerNames.includes(program)) {
    return ignored('otherProgram', `not of ${shownNames(mailerNames)}`);
  }
  if (mailerHost !== undefined && !sameHost(host, mailerHost)) {
    return ignored('otherHost', `not of the host ${mailerHost}`);
  }
  if (writer !== undefined && dialect.authorshipOf(writer) === 'other') {
    return ignored('otherWriter', 'the journal says that no mailer wrote it');
  }
  return undefined;
}
