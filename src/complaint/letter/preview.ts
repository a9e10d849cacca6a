/**
 * Shows an operator the letter about a message before it is sent: its recipient, its subject and its text.
 * The id is not known yet, because the daemon chooses it.
 */
import type {ContactAnswer} from '../contact/answer.js';
import type {Accusation} from '../spool/accusation.js';
import {fieldsOf, foundText, type Sender} from './fields.js';
import {filled, type Letter, letterFor} from './template.js';

/** Shown in the place of the id. */
const noId = 'ID';

export function previewText(
  about: Extract<Accusation, {kind: 'message'}>,
  answer: ContactAnswer,
  sender: Sender,
  letters: readonly Letter[],
): string {
  const found = foundText(about);
  const letter = letterFor(letters, {kind: 'message', found});
  if (letter === undefined)
    return 'no letter is for this message: expected one with `For: message`';
  const contact = answer.kind === 'found' ? answer.contacts[0] : undefined;
  const network = answer.kind === 'failed' ? about.network : answer.network;
  const complaint = {id: noId, network, about, ...(contact !== undefined && {contact})};
  const {subject, body} = filled(letter, fieldsOf(complaint, sender));
  return `To: ${contact?.mailbox ?? 'nobody'}\nSubject: ${subject}\n\n${body}`;
}
