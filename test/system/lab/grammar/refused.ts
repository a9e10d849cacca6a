/** Clients that the relay refuses by a rule, and not because a name is unknown. */
import {EHLO, envelope, message, rcpt, talk, type Scenario} from './scenario.js';

const relaying = talk(...envelope(['someone@elsewhere.example']));

export const refused: readonly Scenario[] = [
  {client: 'rejected', talks: [relaying, {steps: []}], kinds: ['connectionRefused']},
  {client: 'noReverse', talks: [relaying], kinds: ['connectionRefused']},
  {client: 'rate', talks: [relaying, relaying, relaying, relaying], kinds: ['connectionRefused']},
  {
    client: 'crowded',
    together: true,
    talks: [1, 2, 3].map(() => talk({kind: 'pause', ms: 600}, 'NOOP')),
    kinds: ['connectionRefused'],
  },
  {client: 'wrapped', talks: [relaying], kinds: ['connectionRefused']},
  {
    client: 'hasty',
    talks: [{early: `${EHLO}\r\n`, steps: ['MAIL FROM:<someone@example.org>', 'QUIT']}],
    kinds: ['pregreet'],
  },
  {
    client: 'early',
    talks: [
      {steps: [{kind: 'bytes', bytes: `${EHLO}\r\nMAIL FROM:<a@example.org>\r\n`, answers: 1}]},
      {steps: [{kind: 'bytes', bytes: 'HELO x\r\nRCPT TO:<a@example.org>\r\n', answers: 1}]},
      {steps: [EHLO, {kind: 'bytes', bytes: 'STARTTLS\r\nNOOP\r\n', answers: 1}]},
    ],
    kinds: ['earlyTraffic'],
  },
  {client: 'relaying', talks: [relaying], kinds: ['relayDenied', 'envelopeEnd']},
  {client: 'relayingForged', talks: [relaying], kinds: ['relayDenied', 'envelopeEnd']},
  // refused for good only if it surely has no name
  {client: 'relayingV6', talks: [relaying], kinds: ['envelopeEnd']},
  {client: 'relayingNoName', talks: [relaying], kinds: ['envelopeEnd']},
  {
    client: 'spammer',
    talks: [
      talk(
        'MAIL FROM:<spammer@example.org>',
        'MAIL FROM:<bounce@example.org>',
        'MAIL FROM:<x@does-not-exist.example>',
        'MAIL FROM:<x>',
        'MAIL FROM:<>',
        ...rcpt('ghostly@listed.example'),
        ...message('Subject: discarded'),
      ),
    ],
    kinds: ['senderRefused'],
  },
  {
    client: 'milter',
    talks: [
      talk(
        ...envelope(['milter-to@example.net', 'milter-to2@example.net', 'alice@example.net']),
        'RSET',
        ...envelope(['alice@example.net'], '<milter-from@example.org>'),
        'HELO milter-helo.example',
        ...envelope(['alice@example.net']),
      ),
      talk(...envelope(['alice@example.net'], '<milter-data@example.org>'), 'DATA'),
    ],
    unknown: 2,
    kinds: ['envelopeEnd'],
  },
  {client: 'milterConnect', talks: [relaying], kinds: ['connectionRefused']},
];
