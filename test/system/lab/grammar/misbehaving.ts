/** Clients that break the protocol, leave in the middle, or speak another protocol. */
import {EHLO, envelope, ghosts, talk, type Scenario} from './scenario.js';

const times = (count: number, line: string): string[] => Array.from({length: count}, () => line);

export const misbehaving: readonly Scenario[] = [
  {
    // longer than Timeout.command
    client: 'idler',
    lastsMs: 5000,
    talks: [
      {steps: [EHLO, ...envelope(ghosts('idle', 1)), {kind: 'pause', ms: 4600}]},
      {
        steps: [
          EHLO,
          'MAIL FROM:<>',
          'RCPT TO:<alice@example.net>',
          'DATA',
          {kind: 'pause', ms: 4600},
        ],
      },
    ],
    together: true,
    unknown: 1,
    kinds: ['envelopeEnd'],
  },
  {client: 'silent', talks: [{steps: []}, talk(), talk('HELP', 'NOOP')], kinds: ['noCommands']},
  {
    client: 'web',
    talks: [
      {steps: ['GET / HTTP/1.0', 'Host: relay.example.net', '']},
      {steps: ['CONNECT 192.0.2.1:25 HTTP/1.0']},
      {steps: ['POST / HTTP/1.1']},
      {steps: [EHLO, 'GET / HTTP/1.0', 'QUIT']},
    ],
    kinds: ['openProxy'],
  },
  {client: 'wizard', talks: [talk('WIZ', 'DEBUG', 'SHOWQ', 'wiz please')], kinds: ['bogusCommand']},
  {client: 'noops', lastsMs: 3000, talks: [talk(...times(22, 'NOOP'))], kinds: ['smtpAttack']},
  {
    client: 'helos',
    lastsMs: 4000,
    talks: [talk(...times(4, EHLO), 'HELO a.example')],
    kinds: ['smtpAttack'],
  },
  {
    client: 'badHelo',
    lastsMs: 4000,
    talks: [talk('HELO a_b@c', 'HELO (x)', `HELO ${'h'.repeat(300)}`, 'HELO')],
    at10: ['invalidHelo'],
  },
  {
    client: 'longLine',
    talks: [{steps: [EHLO, `MAIL FROM:<${'x'.repeat(13_000)}@example.org>`, 'QUIT']}],
    kinds: ['longCommand'],
  },
  {
    client: 'aborter',
    talks: [
      {
        steps: [
          EHLO,
          ...envelope(['alice@example.net']),
          'DATA',
          {kind: 'bytes', bytes: 'Subject: x\r\n\r\nhalf a', answers: 0},
        ],
      },
      {steps: [EHLO, ...envelope(['alice@example.net']), 'QUIT']},
      {steps: [EHLO, ...envelope(['bob@example.net']), 'RSET', 'QUIT']},
    ],
    kinds: ['envelopeEnd'],
  },
  {
    client: 'aborterNamed',
    talks: [
      {
        steps: [
          EHLO,
          ...envelope(['alice@example.net']),
          'DATA',
          {kind: 'bytes', bytes: 'Subject: x\r\n\r\nhalf a', answers: 0},
        ],
      },
    ],
    kinds: ['envelopeEnd'],
  },
  {
    client: 'noHelo',
    talks: [{steps: [...envelope(ghosts('nohelo', 2)), 'QUIT']}],
    unknown: 2,
    kinds: ['envelopeEnd'],
  },
  {
    client: 'badCommands',
    lastsMs: 3000,
    talks: [talk(...times(27, 'XYZZY'))],
    kinds: ['noCommands'],
  },
  {
    client: 'authFailure',
    lastsMs: 6000,
    talks: [
      talk(
        `AUTH PLAIN ${btoa('\0root\0wrong')}`,
        `AUTH PLAIN ${btoa('\0alice@relay.example.net\0wrong')}`,
        'AUTH LOGIN',
        btoa('info'),
        btoa('wrong'),
        `AUTH PLAIN ${btoa('\0a\0b')}`,
        `AUTH PLAIN ${btoa('\0c\0d')}`,
        `AUTH PLAIN ${btoa('\0e\0f')}`,
      ),
    ],
    kinds: ['authFailed'],
  },
  {
    client: 'authNoise',
    lastsMs: 3000,
    talks: [talk('AUTH PLAIN ===', 'AUTH LOGIN', '!!!', 'AUTH NONSENSE', 'AUTH')],
  },
  {
    client: 'tlsFailure',
    kinds: ['tlsFailed'],
    talks: [
      {steps: [EHLO, 'STARTTLS', {kind: 'bytes', bytes: 'GET / HTTP/1.0\r\n\r\n', answers: 1}]},
    ],
  },
  {
    // a bare line feed ends no line; what follows is not a second message
    client: 'smuggler',
    talks: [
      {
        steps: [
          EHLO,
          ...envelope(['alice@example.net']),
          'DATA',
          {
            kind: 'bytes',
            bytes: 'Subject: x\r\n\r\na\n.\nMAIL FROM:<x@example.org>\r\n.\r\n',
            answers: 1,
          },
        ],
      },
    ],
    kinds: ['envelopeEnd'],
  },
];
