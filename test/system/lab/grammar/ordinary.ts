/** Clients that send ordinary mail, and clients that guess names. */
import {EHLO, envelope, ghosts, message, rcpt, talk, type Scenario} from './scenario.js';

export const ordinary: readonly Scenario[] = [
  {
    client: 'sender',
    talks: [talk(...envelope(['alice@example.net', 'bob@example.net']), ...message('Subject: a'))],
    kinds: ['envelopeEnd'],
    at10: ['connected'],
  },
  {
    client: 'senderV6',
    talks: [talk(...envelope(['alice@example.net']), ...message('Message-Id: <6@client.example>'))],
    kinds: ['envelopeEnd'],
    at10: ['connected'],
  },
  {
    client: 'undeliverable',
    talks: [
      talk(...envelope(['ghost1@next.example', 'fine@next.example']), ...message('Subject: b')),
      talk(
        ...envelope(['ghost2@next.example', 'fine1@next.example', 'fine2@next.example']),
        ...message('Subject: c'),
      ),
      talk(...envelope(['later@dead.example']), ...message('Subject: d')),
      talk(...envelope(['alice@example.net'], '<held@example.org>'), ...message('Subject: e')),
    ],
    undeliverable: 2,
    kinds: ['envelopeEnd', 'undeliverable'],
  },
  {
    client: 'nullSender',
    talks: [
      talk(...envelope(['alice@example.net', 'ghostn@example.net'], '<>'), ...message('A: b')),
    ],
    unknown: 1,
    kinds: ['envelopeEnd'],
  },
  {
    // goneuser is a member of the alias, not a guess of the client
    client: 'listMail',
    talks: [talk(...envelope(['team@example.net']), ...message('Subject: f'))],
    kinds: ['envelopeEnd'],
  },
  {
    client: 'secure',
    talks: [{steps: [EHLO, {kind: 'secure'}, EHLO, ...envelope(ghosts('tls', 2)), 'QUIT']}],
    unknown: 2,
    kinds: ['encrypted', 'envelopeEnd'],
  },
  {
    client: 'login',
    talks: [
      talk(
        `AUTH PLAIN ${btoa('\0alice@relay.example.net\0secret')}`,
        ...envelope(['out@example.org', ...ghosts('auth', 1)]),
      ),
    ],
    unknown: 1,
    kinds: ['authenticated', 'envelopeEnd'],
  },
];

export const guessing: readonly Scenario[] = [
  {
    client: 'guesser',
    talks: [talk(...envelope(ghosts('anna', 6)))],
    unknown: 6,
    kinds: ['envelopeEnd'],
  },
  {
    client: 'guesserV6',
    talks: [talk(...envelope(ghosts('six', 5)))],
    unknown: 5,
    kinds: ['envelopeEnd'],
  },
  {
    // one name an envelope: a queue id each
    client: 'looper',
    talks: [talk(...ghosts('loop', 6).flatMap((name) => [...envelope([name]), 'RSET']))],
    unknown: 6,
    kinds: ['envelopeEnd'],
  },
  {
    client: 'helloAgain',
    talks: [talk(...envelope(ghosts('again', 2)), EHLO, ...envelope(ghosts('once', 2)))],
    unknown: 4,
    kinds: ['envelopeEnd'],
  },
  {
    client: 'listed',
    talks: [
      talk(
        ...envelope([
          'gone@listed.example',
          'gone1@listed.example',
          'nouser@listed.example',
          'disabled@example.net',
          'later@listed.example',
          'fine@listed.example',
        ]),
        'RSET',
        ...envelope(['gone2@listed.example']),
      ),
    ],
    // 5.2.1 as well: a user no more
    unknown: 5,
    kinds: ['unknownRecipient', 'recipientRefused', 'envelopeEnd'],
  },
  {
    client: 'virtual',
    talks: [
      talk(
        ...envelope(['nosuch@virtual.example', 'nosuch2@virtual.example', 'gone@virtual.example']),
        ...rcpt('alice@virtual.example', 'other@virtual.example'),
      ),
    ],
    unknown: 3,
    kinds: ['envelopeEnd'],
  },
  {
    client: 'flooder',
    lastsMs: 3000,
    talks: [talk(...envelope(ghosts('flood', 10)))],
    unknown: 10,
    kinds: ['rcptFlood', 'envelopeEnd'],
  },
  {
    // valid, unknown, and a body in the end: nrcpts counts the accepted ones
    client: 'mixed',
    talks: [talk(...envelope(['alice@example.net', ...ghosts('mix', 3)]), ...message('X: y'))],
    unknown: 3,
    kinds: ['envelopeEnd'],
  },
  {
    client: 'vrfy',
    lastsMs: 6000,
    talks: [
      talk(
        ...['root', 'nobody0', 'nobody1', 'nobody2', 'nobody3', 'x4', 'x5'].map((n) => `VRFY ${n}`),
      ),
      talk(
        ...['root', 'e1', 'e2', 'e3', 'e4', 'e5', 'e6'].map((n) => `EXPN ${n}`),
        'ETRN x.example',
      ),
    ],
    kinds: ['vrfyProbe', 'smtpAttack'],
  },
  {client: 'novrfy', talks: [talk('VRFY root', 'eXpN root', 'VRFY nobody0')], kinds: ['vrfyProbe']},
  {
    client: 'leaver',
    talks: [{steps: [EHLO, ...envelope(ghosts('left', 3))]}],
    unknown: 3,
    kinds: ['lostInput', 'envelopeEnd'],
  },
  {
    client: 'strangeNames',
    unknown: 7,
    lastsMs: 6000,
    talks: [
      talk(
        'MAIL FROM:<>',
        'RCPT TO:unqualified',
        'RCPT TO:< (comment) u@example.net>',
        'RCPT TO:<p(comment)@example.net>',
        'RCPT TO:<"any text"@example.net>',
        'RCPT TO:<%s%n%x%41%00%0a@example.net>',
        `RCPT TO:<${'l'.repeat(220)}@example.net>`,
        'RCPT TO:<>',
        'RCPT TO:<@>',
        'RCPT TO:<x@y@z>',
        'RCPT TO:<a b@example.net>',
        'RCPT TO:<"unbalanced@example.net>',
        'RCPT TO:<ok@example.net> NOTIFY=SOMETIMES',
        'RCPT TO:<-oQ/tmp@example.net>',
      ),
    ],
    kinds: ['envelopeEnd'],
  },
];
