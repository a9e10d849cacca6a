/**
 * Clients that inject text into the log, so that 198.51.100.66 is blocked instead of them, or no client
 * is. None of them has an address in that network.
 */
import {EHLO, envelope, ghosts, message, rcpt, talk, type Scenario} from './scenario.js';

const fields = 'size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA-v4, relay=[198.51.100.66]';
const ruleset = 'x, relay=[198.51.100.66], reject=550 5.1.1 <a@b>... User unknown';
const fromLine = `from=<a@example.org>, ${fields}`;
const nextLine = `nobody@example.net>... User unknown\\nNov 21 11:11:11 relay sm-mta[1]: 6ALAAAAA000001: ${fromLine}`;

/** Recipients at our own domain, all refused as unknown. */
const recipients = [
  `<"${ruleset}"@example.net>`,
  `<"${nextLine}"@example.net>`,
  `<"${fromLine}"@example.net>`,
  '<"a... User unknown"@example.net>',
  '<"[198.51.100.66]: Possible SMTP RCPT flood, throttling."@example.net>',
  '<"lost input channel from [198.51.100.66] to MTA-v4 after rcpt"@example.net>',
  '<"NOQUEUE: connect from [198.51.100.66]"@example.net>',
];
/** The brackets are a comment, so this is nobody@example.net, a user of every Unix. */
const accepted = '<nobody(relay=[198.51.100.66])@example.net>';
const elsewhere = [
  `<"${ruleset}"@elsewhere.example>`,
  '<"a>... User unknown"@elsewhere.example>',
  '<nobody(relay=[198.51.100.66])@elsewhere.example>',
  `<"y>... Relaying denied, relay=[198.51.100.66], reject=550 5.1.1 <z"@elsewhere.example>`,
];
/**
 * A bare recipient is at the beginning of its line, where other lines have the client (`CLIENT: VRFY x`). It can contain
 * spaces in quotes, in comments and, for sendmail, between angle brackets.
 */
const signs = [
  '<"a [198.51.100.66]: VRFY root"@example.net>',
  '"b [198.51.100.66]: probable open proxy: command=GET / HTTP/1.0"@example.net',
  'c(c [198.51.100.66]: VRFY root)@example.net',
  '(d [198.51.100.66]: possible SMTP attack: command=VRFY, count=6)ghostd@example.net',
  '<e [198.51.100.66]: VRFY root@example.net>',
  // as a client with ident and without a name
  '(f@[198.51.100.66]: VRFY root)ghostf@example.net',
  '<"g [198.51.100.66] did not issue MAIL/EXPN/VRFY/ETRN during connection to M"@example.net>',
];
/** At LogLevel 15 commands are in the log as they came. */
const commands = [
  '[198.51.100.66]: VRFY root',
  '[198.51.100.66]: probable open proxy: command=GET / HTTP/1.0',
  '[198.51.100.66] did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA-v4',
  'x@example.net... User unknown',
  fromLine,
];
const controls = `<"${'\u0001'.repeat(200)}"@elsewhere.example>`;

export const hostile: readonly Scenario[] = [
  {
    client: 'injectRecipient',
    // 7 at most in one envelope: the eighth would be slowed down
    talks: [
      talk(...envelope(recipients.slice(0, 4))),
      talk(
        ...envelope([...recipients.slice(4), accepted]),
        'RSET',
        'MAIL FROM:<>',
        `RCPT TO:<"${ruleset}`,
      ),
    ],
    unknown: recipients.length,
    kinds: ['envelopeEnd'],
  },
  {
    client: 'injectSign',
    talks: [
      // a sender that is no address begins its line too
      talk('MAIL FROM:"x [198.51.100.66]: VRFY root', 'MAIL FROM:<x [198.51.100.66]: VRFY a@b@c>'),
      talk('MAIL FROM:<>', ...signs.map((name) => `RCPT TO:${name}`)),
    ],
    unknown: signs.length,
    kinds: ['envelopeEnd'],
  },
  {client: 'injectCommand', talks: [talk(...commands)], kinds: ['noCommands']},
  {
    client: 'injectRuleset',
    talks: [talk(...envelope(elsewhere), ...rcpt('gone@listed.example'))],
    unknown: 1,
    kinds: ['envelopeEnd'],
  },
  {
    client: 'injectSender',
    talks: [
      talk(
        ...envelope(ghosts('is', 2), `<"a, ${fields}"@example.org>`),
        'RSET',
        ...envelope(ghosts('it', 1), `<"a>, ${fields}"@example.org>`),
        'RSET',
        `MAIL FROM:<"x, relay=[198.51.100.66], reject=553 5.1.8 y"@nowhere.example>`,
        `MAIL FROM:<a@example.org> X=relay=[198.51.100.66]`,
        `MAIL FROM:<${'s'.repeat(150)}, relay=[198.51.100.66]@example.org>`,
      ),
    ],
    unknown: 3,
    kinds: ['envelopeEnd', 'senderRefused'],
  },
  {
    client: 'injectMessageId',
    talks: [
      talk(
        ...envelope(['alice@example.net', ...ghosts('mid', 2)]),
        ...message(`Message-Id: <x, ${fields}`, 'Subject: m'),
        ...envelope(['alice@example.net']),
        ...message(`Message-Id: <x, relay=[198.51.100.66], ${'m'.repeat(300)}`),
        ...envelope(['alice@example.net']),
        ...message('Message-Id: a, proto=ESMTP, daemon=MTA-v4, relay=[198.51.100.66]'),
      ),
    ],
    unknown: 2,
    kinds: ['envelopeEnd'],
  },
  {
    client: 'injectHelo',
    talks: [
      {steps: ['HELO [198.51.100.66]', ...envelope(ghosts('helo', 1)), 'QUIT']},
      {
        steps: [
          'HELO relay=[198.51.100.66]',
          'EHLO x (relay=[198.51.100.66]) from [198.51.100.66]',
          'QUIT',
        ],
      },
      {
        steps: [
          'EHLO 198.51.100.66',
          'HELO a from [198.51.100.66]',
          'HELO [198.51.100.66] did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA-v4',
          'QUIT',
        ],
      },
    ],
    unknown: 1,
    kinds: ['envelopeEnd'],
    at10: ['invalidHelo'],
  },
  {
    client: 'injectVrfy',
    lastsMs: 3000,
    talks: [
      talk(
        'VRFY x [198.51.100.66]: EXPN root [rejected]',
        'VRFY x, relay=[198.51.100.66]',
        'VRFY [198.51.100.66]: possible SMTP attack: command=VRFY, count=6',
        'EXPN nobody... User unknown',
        'EXPN [198.51.100.66]: Possible SMTP RCPT flood, throttling.',
        'ETRN [198.51.100.66] did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA-v4',
        `VRFY ${'v'.repeat(250)} [198.51.100.66]`,
      ),
    ],
    kinds: ['vrfyProbe'],
  },
  {
    client: 'injectAuth',
    talks: [
      talk(
        `AUTH PLAIN ${btoa('\0root, relay=[198.51.100.66]\0wrong')}`,
        'AUTH LOGIN',
        btoa('x, relay=[198.51.100.66]'),
        btoa('wrong'),
        'AUTH NONE, relay=[198.51.100.66]',
      ),
    ],
    kinds: ['authFailed'],
  },
  {
    client: 'injectWeb',
    talks: [
      {steps: ['GET /x [198.51.100.66]: probable open proxy: command=GET']},
      {steps: ['POST relay=[198.51.100.66] HTTP/1.0']},
    ],
    kinds: ['openProxy'],
  },
  {
    client: 'injectWizard',
    talks: [
      talk('WIZ "wiz" command from [198.51.100.66] (198.51.100.66)', 'DEBUG from [198.51.100.66]'),
    ],
    kinds: ['bogusCommand'],
  },
  {
    client: 'control',
    unknown: 2,
    talks: [
      talk(
        ...envelope(['<"ctl\u0001\u0002\u001b[31m\u007f"@example.net>', '<"t\tab"@example.net>']),
        ...rcpt('<\u00e9t\u00e9@example.net>', '<"\u00ff\u00fe"@example.net>'),
        ...rcpt('<"ctl\u0001\u0002\u001b[31m\u007f"@elsewhere.example>'),
        'RSET',
        'MAIL FROM:<"\u00ff\u00fe\u0001"@example.org>',
        'VRFY \u001b[31mred',
      ),
    ],
  },
  {
    client: 'shell',
    talks: [
      talk(
        ...envelope([
          "<o'brien;$(id)`id`|x@example.net>",
          '<%0a%0d@example.net>',
          '<--help@example.net>',
        ]),
      ),
    ],
    // %0a%0d is a route to another host, refused as relaying
    unknown: 2,
    kinds: ['envelopeEnd'],
  },
  {client: 'split', talks: [talk(...envelope([controls]))], kinds: ['envelopeEnd']},
  {client: 'splitV6', talks: [talk(...envelope([controls]))], kinds: ['envelopeEnd']},
  ...(['hostileName', 'hostileNameToo', 'hostileNameV6'] as const).map((client) => ({
    client,
    talks: [talk(...envelope([...ghosts('pn', 2), 'x@elsewhere.example'])), {steps: [EHLO]}],
    unknown: 2,
    kinds: ['envelopeEnd', 'noCommands'],
    at10: ['connected'],
  })),
  ...(['ident', 'identOther', 'identNamed'] as const).map((client) => ({
    client,
    talks: [talk(...envelope(ghosts('id', 2))), talk('VRFY root')],
    unknown: 2,
    kinds: ['envelopeEnd', 'vrfyProbe'],
    at10: ['connected'],
  })),
];
