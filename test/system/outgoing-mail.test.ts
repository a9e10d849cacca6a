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
  }, 240_000);
  afterAll(() => Lab.stopAll());

  test('is counted by the user who called sendmail, whoever the From line names', async () => {
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

  test('who sends too much is warned of, is told to the site, and stands on top', async () => {
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

  test('each mail counts once: the sum is that of what the relay took', async () => {
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

  test('a user who calls sendmail under another label is warned of, once', async () => {
    const before = daemon.stderr.length;
    for (let count = 0; count < 3; count++)
      await submit('alice', ['bob@example.net'], ['-L', 'sm-mta']);
    await daemon.waitFor(/user alice \(uid 1000\) has called sendmail under another name/, before);
    await rowOf('uid:1000', 4);
    expect(daemon.text.match(/under another name/g)).toHaveLength(1);
  });
});
