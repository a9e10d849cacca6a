/**
 * What the commands about single messages need of the rest of complaints: who is to be told, how an
 * accusation reads, and who takes it. Until those parts are joined, nobody is looked for, the facts are
 * printed, and the operator is the one who takes them.
 */
import {printable} from '../../base/printable.js';
import type {Accusation} from '../../complaint/accusation.js';
import type {ContactAnswer, FindContact} from '../../complaint/contact/answer.js';

export interface Complaining {
  readonly findContact: FindContact;
  /** As it would be sent. */
  readonly preview: (accusation: Accusation, contact: ContactAnswer) => string;
  /**
   * The same message twice, by its queue id, is one accusation: a sweep that was killed says it again.
   * `held`: not now; the message stays where it is.
   */
  readonly accuse: (
    accusation: Accusation,
    contact: ContactAnswer,
  ) => Promise<{readonly kind: 'taken'} | {readonly kind: 'held'; readonly why: string}>;
}

export const printsOnly: Complaining = {
  findContact: (address) =>
    Promise.resolve({
      kind: 'none',
      network: address.text,
      why: 'this version looks for nobody',
    }),
  preview: factsText,
  accuse: () => Promise.resolve({kind: 'taken'}),
};

function factsText(accusation: Accusation): string {
  if (accusation.kind !== 'message') return '';
  const {client, queueId, takenMs, found, header} = accusation;
  const what = found.kind === 'scanner' ? printable(found.name, 200) : 'judged by a person';
  const lines = [
    `client: ${client}`,
    `queue id: ${queueId}`,
    `taken: ${new Date(takenMs).toISOString()}`,
    `found: ${what}`,
    ...header.split('\n').map((line) => `| ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

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
