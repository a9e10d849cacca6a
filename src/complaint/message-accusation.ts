/**
 * Makes an accusation from a message. Its boundary must be verified, so its client is always
 * one in our own log. Does not decide whether it leads to a complaint, nor who gets that.
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
