/**
 * Mail that leaves through a real sendmail: three local users, one under another's name, a login, and a user who
 * imitates the mailer. The daemon tells who sent how much, warns of who sent too much, and hands it to the site.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {CROWD, startGrammarLab} from './lab/grammar/relay.js';
import {clients} from './lab/grammar/clients.js';
import type {Daemon} from './lab/daemon.js';
import {Lab} from './lab/lab.js';
import type {Relay} from './lab/relay.js';
import {requireLab} from './lab/require.js';
import {patienceMs, until} from './lab/until.js';

const {describe} = await requireLab();

const text = 'Subject: hello\n\ntext\n';
interface Row {
  readonly via: string;
  readonly way: string;
  readonly sender: string;
  readonly recipients: number;
  readonly failed: number;
  readonly from: readonly {readonly text: string}[];
  readonly alarm?: string;
}

describe('mail of users of this relay', () => {
  let lab: Lab;
  let relay: Relay;
  let daemon: Daemon;

  const submit = (user: string, to: readonly string[], more: readonly string[] = []) =>
    relay.run('sendmail', ['-i', ...more, ...to], {user, input: text});
  const rows = async (...words: string[]): Promise<Row[]> => {
    const {stdout} = await relay.blocksmtp(['senders', '--json', ...words]);
    return (JSON.parse(stdout) as Row[]).filter(({via}) => via === 'mailer');
  };
  const rowOf = (name: string, recipients: number): Promise<Row> =>
    until(`${recipients} recipients of ${name}`, async () => {
      const found = (await rows()).find(({way, sender}) => `${way}:${sender}` === name);
      return found !== undefined && found.recipients >= recipients ? found : undefined;
    });

  beforeAll(async () => {
    lab = await startGrammarLab({id: 'outgoing-mail', logLevel: 9, reverse: 'fails'});
    ({relay} = lab);
    await relay.write('/usr/local/bin/suspend', '#!/bin/sh\ncat >>/var/tmp/suspended\n', 0o755);
    daemon = relay.daemon([
      ...['--outgoing-mail=warn', '--mail-per-hour=5', '--outbound=off', '--debug=3'],
      '--mail-action-command=/usr/local/bin/suspend',
    ]);
    await daemon.ready();
  });
  afterAll(() => Lab.stopAll());

  test('is counted by the user who called sendmail, not by the From line', async () => {
    await submit('alice', ['bob@example.net']);
    await submit('bob', ['alice@example.net', 'bob@example.net'], ['-f', 'ceo@example.org']);
    await submit('www-data', ['ghost@example.net', 'alice@example.net']);
    expect(await rowOf('uid:1000', 1)).toMatchObject({recipients: 1});
    const forged = await rowOf('uid:1001', 2);
    expect(forged).toMatchObject({recipients: 2, from: [{text: 'ceo@example.org'}]});
    expect(await rowOf('uid:33', 1)).toMatchObject({recipients: 1, failed: 1});
  });

  test('is counted by the login, from wherever it comes', async () => {
    const steps = [
      ...['EHLO client.example.org', `AUTH PLAIN ${btoa('\0alice@relay.example.net\0secret')}`],
      ...['MAIL FROM:<other@example.org>', 'RCPT TO:<bob@example.net>', 'DATA'],
      ...['Subject: x\r\n\r\nhello\r\n.', 'QUIT'],
    ];
    const from = clients.sender;
    const said = await lab.client(CROWD).dialog({steps, from, family: 4, timeoutMs: patienceMs});
    expect(said.answers[1]?.line).toMatch(/^235 /);
    expect(await rowOf('auth:alice@relay.example.net', 1)).toMatchObject({recipients: 1});
  });

  test('a warning names a user who sends too much, the site gets it, and the user stands on top', async () => {
    for (let count = 0; count < 6; count++) await submit('bob', ['alice@example.net']);
    const line = await daemon.waitFor(/mail by user bob \(uid 1001\): \d+ recipients in an hour/);
    expect(line).toContain('(limit 5)');
    expect(line).toContain('only lines of a log say so');
    expect(line).toContain('--uid-owner 1001');
    const told = await until(
      'the command of the site',
      async () =>
        (await relay.read('/var/tmp/suspended').catch(() => '')).split('\n')[0] || undefined,
    );
    expect(JSON.parse(told)).toMatchObject({
      ...{version: 1, kind: 'mail', way: 'uid', uid: 1001, user: 'bob', alarm: 'hour', limit: 5},
      ...{proof: 'log', from: expect.arrayContaining(['bob@relay.example.net'])},
    });
    expect((await rows())[0]).toMatchObject({sender: '1001', alarm: 'hour'});
    const {stdout} = await relay.blocksmtp(['senders', '--by', 'uid']);
    expect(stdout.split('\n')[1]).toMatch(/^mailer .* OVER LIMIT .*uid:1001/);
    expect(await rows('--by', 'from')).toContainEqual(
      expect.objectContaining({from: 'ceo@example.org', senders: ['uid:1001']}),
    );
  });

  test('each mail counts once: the sum is that of the mail that the relay took', async () => {
    const lines = await relay.logLines();
    const taken = lines.filter(
      (each) => / sm-mta\[/.test(each) && /nrcpts=[1-9]/.test(each) && !each.includes('from=<>'),
    );
    const sum = taken.reduce((all, each) => all + Number(/nrcpts=(\d+)/.exec(each)![1]), 0);
    expect(taken.length).toBeGreaterThan(8);
    const counted = await until('all to be counted', async () => {
      const all = (await rows()).reduce((count, {recipients}) => count + recipients, 0);
      return all >= sum ? all : undefined;
    });
    expect(counted).toBe(sum);
  });

  test('a warning names a user who calls sendmail under another label, once', async () => {
    const before = daemon.stderr.length;
    for (let count = 0; count < 3; count++)
      await submit('alice', ['bob@example.net'], ['-L', 'sm-mta']);
    await daemon.waitFor(/user alice \(uid 1000\) has called sendmail under another name/, before);
    await rowOf('uid:1000', 4);
    expect(daemon.text.match(/under another name/g)).toHaveLength(1);
  });
});

describe('quarantine', () => {
  let relay: Relay;
  let daemon: Daemon;

  const submit = (user: string, subject: string) =>
    relay.run('sendmail', ['-i', 'alice@example.net'], {
      ...{user, input: `Subject: ${subject}\n\n${subject}\n`},
    });
  const queue = async (
    ...words: string[]
  ): Promise<{id: string; from: string; state: string}[]> => {
    const {stdout} = await relay.blocksmtp(['queue', '--json', ...words]);
    return (JSON.parse(stdout) as {messages: {id: string; from: string; state: string}[]}).messages;
  };

  beforeAll(async () => {
    const lab = await startGrammarLab({id: 'quarantine', logLevel: 9, reverse: 'fails'});
    ({relay} = lab);
    // What the relay takes waits for a run of the queue; a busy machine is no reason to wait elsewhere.
    const edit = `cd /etc/mail
      sed -i 's/^#*O DeliveryMode=.*/O DeliveryMode=queueonly/' sendmail.cf
      sed -i 's/^#*O QueueLA=.*/O QueueLA=10000/; s/^#*O RefuseLA=.*/O RefuseLA=10000/' submit.cf
      kill -HUP "$(head -n 1 /run/sendmail/mta/sendmail.pid)"`;
    await relay.sh('sh', ['-c', edit]);
    await until('sendmail to answer', async () => {
      const {session, connected, banner} = await lab.client(CROWD).open({family: 4});
      if (connected) await lab.client(CROWD).close(session);
      return banner?.startsWith('220 ') || undefined;
    });
    daemon = relay.daemon([
      ...['--outgoing-mail=quarantine', '--mail-per-hour=5', '--outbound=off', '--debug=3'],
    ]);
    await daemon.ready();
  });
  afterAll(() => Lab.stopAll());

  test('the waiting mail of a user over the limit is held, and no other mail', async () => {
    await submit('alice', 'honest');
    for (let count = 0; count < 7; count++) await submit('bob', `spam ${count}`);
    const line = await daemon.waitFor(/mail by user bob .*recipients in an hour/);
    expect(line).toMatch(/; \d+ messages? of it held: blocksmtp queue --held; /);
    // What came after the first round is held in the next one, half a minute later.
    const held = await until(
      'all of bob to be held',
      async () => {
        const all = await queue('--held');
        return all.length === 7 ? all : undefined;
      },
      4 * patienceMs,
    );
    const bobs = await queue('--held', '--header', 'Subject:spam *');
    expect(bobs.map(({id}) => id)).toEqual(held.map(({id}) => id));
    const {stdout} = await relay.blocksmtp(['senders', '--json']);
    const row = (JSON.parse(stdout) as {sender?: string; queued?: number}[]).find(
      ({sender}) => sender === '1001',
    );
    expect(row?.queued).toBe(held.length);
  });

  test('the script that PHP names is read from the queue, and summed', async () => {
    await relay.run('sendmail', ['-i', 'alice@example.net'], {
      user: 'www-data',
      input: "X-PHP-Originating-Script: 33:evil.php(12) : eval()'d code\nSubject: php\n\nphp\n",
    });
    const script = "33:evil.php(12) : eval()'d code";
    await until('the script', async () => {
      const {stdout} = await relay.blocksmtp(['senders', '--json', '--by', 'script']);
      return stdout.includes(script) || undefined;
    });
    const {stdout} = await relay.blocksmtp(['senders', '--json', '--by', 'script']);
    expect(JSON.parse(stdout)).toEqual([
      {via: 'mailer', script, recipients: 1, senders: ['uid:33']},
    ]);
  });

  test('release brings it back: no mail is lost, and none comes twice', async () => {
    await relay.run('/usr/sbin/sendmail-mta', ['-Am', '-q']);
    const subjects = async (): Promise<string[]> =>
      [
        ...(await relay.read('/var/mail/alice').catch(() => '')).matchAll(
          /^(spam \d|honest|php)$/gm,
        ),
      ]
        .map((match) => match[1] ?? '')
        .sort();
    await until('the honest ones', async () => (await subjects()).length >= 2 || undefined);
    expect(await subjects()).toEqual(['honest', 'php']);
    expect(await relay.blocksmtp(['queue', 'release', '--held'])).toMatchObject({code: 0});
    const all = ['honest', 'php', ...Array.from({length: 7}, (_, at) => `spam ${at}`)];
    await until('all mail', async () => {
      await relay.run('/usr/sbin/sendmail-mta', ['-Am', '-q']);
      return (await subjects()).length >= all.length || undefined;
    });
    expect(await subjects()).toEqual(all);
    expect(await queue()).toEqual([]);
  });
});
