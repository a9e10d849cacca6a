/**
 * Connects the commands about single messages with the other parts of complaints: the contact, the
 * text of a letter, and the daemon, which takes an accusation and sends it by its own rules. Sends
 * nothing itself.
 */
import {printable} from '../../base/printable.js';
import type {ContactAnswer, FindContact} from '../../complaint/contact/answer.js';
import {previewText} from '../../complaint/letter/preview.js';
import type {Accusation} from '../../complaint/spool/accusation.js';
import type {Config} from '../../config/schema.js';
import {hostName} from '../../sys/run/machine.js';
import type {Log} from '../../sys/talk/log.js';
import {lettersIn} from '../../daemon/complaint/letters.js';
import {askWatched} from '../commands/ask.js';
import {searching} from '../contact/search.js';

type MessageAccusation = Extract<Accusation, {kind: 'message'}>;

export interface Complaining {
  readonly findContact: FindContact;
  /** The letter as it would be sent. */
  readonly preview: (about: MessageAccusation, contact: ContactAnswer) => string;
  /**
   * Accusing the same message (queue id) twice is one accusation: a sweep that was killed repeats it.
   * `held`: not now; the message stays where it is.
   */
  readonly accuse: (
    about: MessageAccusation,
    contact: ContactAnswer,
  ) => Promise<{readonly kind: 'taken'} | {readonly kind: 'held'; readonly why: string}>;
}

/**
 * How long to wait for the daemon, which searches for a contact for at most a minute
 * (`complaint/contact/live/finder.ts`). Ms.
 */
const patienceMs = 90_000;
/** The greatest length of a reason from elsewhere. Characters. */
const mostWhy = 300;

/** @param work done while the search for contacts is open */
export const complaining = <Result>(
  config: Config,
  log: Log,
  work: (parts: Complaining) => Promise<Result>,
): Promise<Result> =>
  searching(config, log, (search) =>
    work({
      findContact: async (client) => (await search(client)).answer,
      preview: (about, contact) => {
        const sender = {from: config.complaintFrom, relay: hostName(), ports: [25]};
        const {letters, problems} = lettersIn(config.complaintLetters);
        for (const problem of problems) log.say('error', problem);
        return previewText(about, contact, sender, letters);
      },
      accuse: async (about) => {
        const asked = await askWatched(config, {command: 'accuse', about}, patienceMs);
        if (asked.kind === 'noDaemon') return {kind: 'held', why: 'no daemon runs'};
        if (asked.kind !== 'answer') return {kind: 'held', why: printable(asked.why, mostWhy)};
        const {answer} = asked;
        if (answer.kind === 'done') return {kind: 'taken'};
        const why =
          'message' in answer ? answer.message : 'what answers is no daemon of this version';
        return {kind: 'held', why: printable(why, mostWhy)};
      },
    }),
  );

export function contactText(contact: ContactAnswer): string {
  switch (contact.kind) {
    case 'found': {
      const names = contact.contacts.map(({mailbox, certainty}) => `${mailbox} (${certainty})`);
      return `${names.join(', ')} for ${contact.network}`;
    }
    case 'none':
      return `nobody: ${contact.why}`;
    case 'failed':
      return `not known yet: ${contact.why}`;
  }
}
