/**
 * Whole sessions through the gate, before a sendmail that offers TLS and logins: what a client can do at the daemon
 * it can do after a hand-over, and of many that come at once none is lost.
 */
import {afterAll, afterEach, beforeAll, expect, test} from '@jest/globals';
import type {Client} from './lab/client.js';
import {Gate, gatePort as port} from './lab/gate.js';
import {clients} from './lab/grammar/clients.js';
import {CROWD, startGrammarLab} from './lab/grammar/relay.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

const patienceMs = 45_000;
const login = `AUTH PLAIN ${btoa('\0alice@relay.example.net\0secret')}`;
/** Only who has logged in may: it is mail for others. */
const relaying = ['MAIL FROM:<alice@example.org>', 'RCPT TO:<someone@elsewhere.example>', 'RSET'];

let lab: Lab;
let gate: Gate;
let client: Client;

describe('sessions through the gate', () => {
  beforeAll(async () => {
    lab = await startGrammarLab({id: 'gate-sessions', logLevel: 14, reverse: 'fails'});
    client = lab.client(CROWD);
  });
  afterEach(() => gate.stop());
  afterAll(() => Lab.stopAll());

  test.each([
    ['IPv4', 4, clients.sender],
    ['IPv6', 6, clients.senderV6],
  ] as const)('a login under TLS may relay, and mail arrives: %s', async (_, family, from) => {
    gate = await Gate.start(lab.relay, ['--greeting-wait=1s']);
    const text = `under TLS ${family}`;
    const hello = 'EHLO client.example.org';
    const mail = ['MAIL FROM:<alice@example.org>', 'RCPT TO:<bob@example.net>', 'DATA'];
    const body = `Subject: x\r\n\r\n${text}\r\n.`;
    const steps = [
      ...[hello, {kind: 'secure'} as const, hello, login, ...relaying],
      ...[...mail, body, 'QUIT'],
    ];
    const talk = await client.dialog({family, from, port, steps, timeoutMs: patienceMs});
    expect(talk.banner).toMatch(/^220 /);
    expect(talk.answers.map(({line}) => line?.slice(0, 3))).toEqual([
      ...['250', '220', '250', '235', '250', '250', '250'],
      ...['250', '250', '354', '250', '221'],
    ]);
    expect(await lab.relay.mailbox('bob', text)).toContain('(authenticated bits=0)');
    const [visit] = await gate.told(1);
    expect(visit).toMatchObject({fate: 'handed', client: from});
    const log = await until('the session in the log', async () => {
      const lines = (await lab.relay.logLines()).filter((line) =>
        line.includes(`sm-mta[${visit?.pid}]`),
      );
      return lines.some((line) => line.includes('AUTH=server')) && lines.join('\n');
    });
    expect(log).toMatch(/STARTTLS=server.* verify=/);
  });

  test('a client without a login may not relay, at the same connection as its greeting', async () => {
    gate = await Gate.start(lab.relay, ['--greeting-wait=1s']);
    const steps = ['EHLO client.example.org', ...relaying.slice(0, 2)];
    const talk = await client.dialog({from: clients.login, port, steps, timeoutMs: patienceMs});
    expect(talk.answers.at(-1)?.line).toMatch(/^550 .*Relaying denied/);
  });

  test('none of 500 at once is lost: each has the greeting or a 421, and each is reported', async () => {
    // Fewer places than clients: some must hear 421.
    const most = ['--greeting-children-max=300', '--greeting-children-per-second=100'];
    const crowd = ['--greeting-max-per-client=600', '--greeting-max-per-network=600'];
    gate = await Gate.start(lab.relay, ['--greeting-wait=1s', ...most, ...crowd]);
    const knocks = Array.from({length: 500}, () => ({port, from: clients.sender, acts: []}));
    // 300 processes of the mailer start, on a machine that may be busy.
    const knocked = await client.knock(knocks, 4 * patienceMs);
    const codes = knocked.map(({connected, text}) => (connected ? text.slice(0, 3) : 'none'));
    const count = (code: string): number => codes.filter((each) => each === code).length;
    expect(count('220') + count('421')).toBe(500);
    const visits = await gate.told(500);
    const told = (...fates: string[]): number =>
      visits.filter(({fate}) => fates.includes(fate)).length;
    expect(visits.length).toBe(500);
    expect(told('handed', 'unwaited')).toBe(count('220'));
    expect(told('refused')).toBe(count('421'));
    expect(count('220')).toBeGreaterThanOrEqual(300);
    await until('room again', () => gate.reports.at(-1)?.children === 0);
  });

  test('early talk at 5.9 of 6 seconds, with and without HELO', async () => {
    gate = await Gate.start(lab.relay, ['--greeting-wait=6s']);
    const families = [
      [4, clients.sender],
      [6, clients.senderV6],
    ] as const;
    const speaks = ['EHLO client.example.org\r\n', 'MAIL FROM:<a@example.org>\r\n'];
    // On a busy machine a client may speak too late, and then has the greeting: it tries again.
    let open = families.flatMap(([family, from]) =>
      speaks.map((bytes) => ({family, from, port, acts: [{afterMs: 5900, kind: 'say', bytes}]})),
    ) as Parameters<Client['knock']>[0][number][];
    for (let round = 0; open.length > 0 && round < 5; round++) {
      const knocked = await client.knock(open, 12_000);
      for (const {text} of knocked) expect(text.slice(0, 3)).toMatch(/^(?:554|220)$/);
      open = open.filter((_, at) => !knocked[at]?.text.startsWith('554'));
    }
    expect(open).toEqual([]);
    const early = await until('all in the reports', () => {
      const found = gate.visits.filter(({fate}) => fate === 'early');
      return found.length === 4 && found;
    });
    for (const {waitedMs} of early) expect(waitedMs).toBeGreaterThan(5000);
  });

  test('words and a FIN that come with the connection are early talk', async () => {
    gate = await Gate.start(lab.relay, ['--greeting-wait=2s']);
    const acts = [
      {afterMs: 0, kind: 'say', bytes: 'EHLO x\r\nQUIT\r\n'},
      {afterMs: 0, kind: 'finish'},
    ] as const;
    const [knocked] = await client.knock([{port, from: clients.sender, acts}]);
    expect(knocked?.text).toMatch(/^554 5\.5\.0 [^\r\n]*\r\n$/);
    const [visit] = await gate.told(1);
    expect(visit).toMatchObject({fate: 'early', said: 'EHLO x??QUIT'});
  });
});
