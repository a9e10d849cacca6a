/**
 * `contact`: the abuse contact of an address, for people and for programs. All reasons are foreign
 * text.
 */
import {printable} from '../../base/printable.js';
import {jsonWithTimes, localTime} from '../../base/time-text.js';
import type {Certainty, ContactAnswer} from '../../complaint/contact/answer.js';
import {sourceText} from '../../complaint/contact/trust.js';

interface Shown {
  readonly address: string;
  readonly answer: ContactAnswer;
  /** `search`: the answer is new, and not from the cache. */
  readonly by: 'cache' | 'search';
}

/** Length of a reason. Characters. */
const whyCharacters = 300;

const certaintyText: Readonly<Record<Certainty, string>> = {
  published: 'published for this network',
  listed: 'listed by a third party',
  guessed: 'guessed from the name',
};

export function contactText({address, answer, by}: Shown): string {
  switch (answer.kind) {
    case 'found': {
      const since = `${by === 'cache' ? 'remembered since' : 'asked just now,'} ${localTime(answer.foundMs)}`;
      const width = Math.max(...answer.contacts.map(({mailbox}) => mailbox.length));
      const lines = answer.contacts.map(
        ({mailbox, source, certainty}) =>
          `contact:   ${mailbox.padEnd(width)}  ${sourceText[source]}: ${certaintyText[certainty]}`,
      );
      return `network:   ${answer.network}\n${lines.join('\n')}\nknown:     ${since}\n`;
    }
    case 'none':
      return `network:   ${answer.network}\nno contact for ${address}: ${printable(answer.why, whyCharacters)}\n`;
    case 'failed':
      return `nobody could tell for ${address}: ${printable(answer.why, whyCharacters)}\n`;
  }
}

export const contactJson = ({address, answer, by}: Shown): string =>
  `${jsonWithTimes({address, ...answer, by}, 2)}\n`;
