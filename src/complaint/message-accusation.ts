/**
 * Makes the accusation of a message: only of one whose boundary is verified, so its client is
 * always one of our own log. Others decide whether it leads to a complaint, and who gets that.
 */
import type {Accusation} from './spool/accusation.js';
import type {Boundary} from './header/boundary.js';
import {evidenceOf} from './header/evidence.js';
import type {MessageHeader} from './header/fields.js';

type MessageAccusation = Extract<Accusation, {kind: 'message'}>;

export function messageAccusation(
  {client, queueId, takenMs}: Extract<Boundary, {kind: 'verified'}>,
  header: MessageHeader,
  found: MessageAccusation['found'],
  network: string,
): MessageAccusation {
  const facts = {client: client.text, queueId, takenMs, found};
  return {kind: 'message', network, ...facts, header: evidenceOf(header)};
}
