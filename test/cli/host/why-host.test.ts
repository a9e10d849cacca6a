/** `why HOST`: "mail from partner.example does not arrive", with a daemon, without one, and without a DNS. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {asksNobody, whyHost} from '../../../src/cli/host/why-host.js';
import type {Answer, Request} from '../../../src/control/protocol.js';
import type {LookedUp} from '../../../src/hosts/host-view.js';
import {serveControl} from '../../../src/sys/talk/control-socket.js';
import {isoTime} from '../../../src/base/time-text.js';
import {quietCrowd} from '../../report/status-samples.js';
import {configIn} from '../../support/config.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
const log = {say: () => undefined, shows: () => true, close: () => Promise.resolve()};

const nowMs = Date.now();
const block = {
  network: '192.0.2.7',
  fromMs: nowMs - 60_000,
  untilMs: nowMs + 3_600_000,
  reason: '10 names that never took mail here in 2s',
  origin: 'evidence',
} as const;

function answer({command, ...rest}: Request): Answer {
  if (command === 'list') return {kind: 'blocks', blocks: [block]};
  const {network} = rest as {network: string};
  const why = {
    ...{network, exemption: null, block: null, passes: null, blocksInside: 0, known: null},
    ...{crowd: quietCrowd, whitelist: '/etc/wl', history: []},
  };
  return {kind: 'why', why: network === block.network ? {...why, block} : why};
}

const stamp = isoTime(nowMs - 120_000);
const lines = [
  '6ALDmHko000032: from=<anna@partner.example>, size=74, class=0, nrcpts=1, msgid=<1@x>, proto=ESMTP, daemon=MTA, relay=out.partner.example [192.0.2.7]',
  '6ALDmHko000033: <bert1@example.net>... User unknown',
  '6ALDmHko000033: from=<list@partner.example>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=out.partner.example [192.0.2.7]',
  '6ALDmHko000034: from=<x@other.example>, size=74, class=0, nrcpts=1, msgid=<1@x>, proto=ESMTP, daemon=MTA, relay=mx.other.example [192.0.2.99]',
];

interface Told {
  readonly code: number;
  readonly text: string;
}

async function told(
  host: string,
  daemon: 'runs' | 'none',
  ask: () => Promise<LookedUp>,
  form: 'text' | 'json' = 'text',
  logged: readonly string[] = lines,
): Promise<Told> {
  const dir = newDir();
  const path = join(dir, 'mail.log');
  writeFileSync(path, logged.map((each) => `${stamp} relay sm-mta[7]: ${each}\n`).join(''));
  const config = {...configIn(dir), syslogMsgsFile: [path]};
  const control =
    daemon === 'runs'
      ? await serveControl(config.controlSocket, (request) =>
          Promise.resolve(answer(request as Request)),
        )
      : undefined;
  let text = '';
  const output = {print: (each: string) => void (text += each), complain: () => undefined};
  const code = await whyHost({host, form, alone: 'mayWork'}, config, log, output, ask);
  control?.close();
  return {code, text};
}

const found: LookedUp = {
  found: [
    {network: '192.0.2.7', by: 'MX'},
    {network: '192.0.2.0/24', by: 'SPF'},
    {network: '198.51.100.1', by: 'address'},
  ],
  silent: [],
};

test('its addresses by DNS and log: which is blocked, when, why, what was refused, what to do', async () => {
  const {code, text} = await told('partner.example', 'runs', () => Promise.resolve(found));
  expect(code).toBe(0);
  const [head, ...rest] = text.trimEnd().split('\n');
  expect(head).toBe('partner.example: 2 of 3 addresses blocked');
  expect(rest.join('\n')).toMatch(
    /^192\.0\.2\.7: blocked with 192\.0\.2\.7 from .* \(\d+m left\): 10 names/m,
  );
  expect(rest).toEqual(
    expect.arrayContaining([
      '    known by: MX, name in the log, sender in the log (out.partner.example)',
      expect.stringMatching(/^ {4}log: 1 message of that sender taken, last line /),
      expect.stringMatching(/^ {4}refused: 1 unknown recipients, last /),
      '    to let it in now: blocksmtp unblock 192.0.2.7',
      '    to let it in for ever, if you know it: blocksmtp allow 192.0.2.7',
      '    inside of it is blocked: 192.0.2.7: blocksmtp why 192.0.2.7',
      '198.51.100.1: not blocked',
    ]),
  );
  expect(text).not.toContain('192.0.2.99');
  expect(rest.at(-1)).toMatch(/^an address is only a hint: /);
});

test('without a DNS and without a daemon the log answers, and the answer says what is missing', async () => {
  const {code, text} = await told('partner.example', 'none', () => asksNobody('partner.example'));
  expect(code).toBe(0);
  expect(text).toMatch(
    /^partner\.example: none of 1 address is blocked; the mailer refused something of 1$/m,
  );
  expect(text).toMatch(/^192\.0\.2\.7: not blocked$/m);
  expect(text).toMatch(/^not known: the DNS: not asked, as --no-names wants it$/m);
});

test('mail that was taken has come here; where no log was read nobody knows', async () => {
  const taken = await told('other.example', 'runs', () => asksNobody('other.example'));
  expect(taken.text).toMatch(
    /^other\.example: none of 1 address is blocked, and the log has no refusal: 1 message of that sender came here and went on$/m,
  );
  const notIn = {found: [{network: '198.51.100.1', by: 'MX'}], silent: []} as const;
  const absent = await told('absent.example', 'runs', () => Promise.resolve(notIn));
  expect(absent.text).toMatch(/: none of 1 address is blocked, .*: the mail has not come here$/m);
  const unread = await told('absent.example', 'runs', () => Promise.resolve(notIn), 'text', []);
  expect(unread.text).toMatch(
    /^absent\.example: none of 1 address is blocked; whether the mailer refused something is not known$/m,
  );
});

test('an unknown host: what to ask the sender for', async () => {
  const nobody = {found: [], silent: ['the DNS: A of x.example: ESERVFAIL']};
  const {code, text} = await told('x.example', 'runs', () => Promise.resolve(nobody));
  expect(code).toBe(0);
  expect(text).toMatch(/^x\.example: no address of it is known; ask the sender for the address/);
  expect(text).toMatch(/^not known: the DNS: A of x\.example: ESERVFAIL$/m);
});

test('as JSON: all facts, with times in UTC', async () => {
  const {text} = await told('partner.example', 'runs', () => Promise.resolve(found), 'json');
  expect(JSON.parse(text)).toMatchObject({
    host: 'partner.example',
    addresses: [
      {
        network: '192.0.2.7',
        by: ['MX', 'name in the log', 'sender in the log'],
        log: {messages: 1, refused: {unknownRecipient: 1}, lastTime: stamp},
        state: {
          exemption: null,
          block: {untilMs: block.untilMs, untilTime: isoTime(block.untilMs)},
        },
      },
      {network: '192.0.2.0/24', inside: ['192.0.2.7']},
      {network: '198.51.100.1', log: null, state: {block: null}},
    ],
    more: 0,
    unknown: [],
  });
});

test('a daemon that refuses: the answer has the log, and says that the rest is unknown; exit 69', async () => {
  const dir = newDir();
  const config = {...configIn(dir), syslogMsgsFile: [join(dir, 'none.log')]};
  const answering = () => Promise.resolve({kind: 'strange'});
  const control = await serveControl(config.controlSocket, answering);
  let text = '';
  const output = {print: (each: string) => void (text += each), complain: () => undefined};
  const wish = {host: 'partner.example', form: 'text', alone: 'mayWork'} as const;
  expect(await whyHost(wish, config, log, output, () => Promise.resolve(found))).toBe(69);
  control.close();
  expect(text).toMatch(/^partner\.example: 3 addresses; whether it is blocked is not known$/m);
  expect(text).toMatch(/^not known: the state: /m);
  expect(text).toMatch(/^not known: the log: .*none\.log: nothing read/m);
});
