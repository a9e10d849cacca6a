/**
 * `blocksmtp greet` under a real inetd, before a real sendmail: the lines of init/inetd.conf, with a port of
 * their own and a shorter wait.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Client} from './lab/client.js';
import {Lab} from './lab/lab.js';
import {root} from './lab/paths.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();
const port = 2525;

let lab: Lab;
let stranger: Client;
let partner: Client;

describe('greet under inetd', () => {
  beforeAll(async () => {
    lab = await Lab.start({id: 'greet', clients: {stranger: 40, partner: 41}});
    [stranger, partner] = [lab.client('stranger'), lab.client('partner')];
    await lab.relay.write('/etc/blocksmtp.whitelist', '# partners\n192.0.2.41\n2001:db8::41\n');
    await lab.relay.write('/etc/services', `smtp 25/tcp\ngreet ${port}/tcp\n`);
    const lines = readFileSync(join(root, 'init/inetd.conf'), 'utf8')
      .replaceAll(/^smtp\t/gm, 'greet\t')
      .replaceAll('--wait 35s', '--wait 2s');
    await lab.relay.write('/etc/inetd.conf', lines);
    lab.relay.start('inetd', ['-i']);
    await until(
      'inetd to listen',
      async () =>
        (await lab.relay.sh('ss', ['-Hltn', `sport = :${port}`])).split('\n').length === 2,
    );
  });
  afterAll(() => Lab.stopAll());

  test.each([4, 6] as const)(
    'a client that waits in silence has sendmail, IPv%i',
    async (family) => {
      const text = `greeted ${family} ${'0123456789 '.repeat(6)}\r\n`.repeat(2000).trimEnd();
      const delivered = await stranger.deliver({family, port, to: 'alice@example.net', text});
      expect(delivered).toMatchObject({accepted: true});
      const box = await lab.relay.mailbox('alice', text.replaceAll('\r\n', '\n'));
      expect(box).toContain(family === 4 ? '[192.0.2.40]' : '[IPv6:2001:db8');
      const [knocked] = await stranger.knock([{family, port, acts: [], until: '220 '}]);
      expect(knocked?.firstMs).toBeGreaterThan(1990);
    },
  );

  test('an exempt client does not wait', async () => {
    for (const family of [4, 6] as const) {
      const steps = ['EHLO partner.example.org', 'QUIT'];
      const talk = await partner.dialog({family, port, steps, timeoutMs: 20_000});
      expect(talk.banner).toMatch(/^220 relay/);
    }
    const lines = await lab.relay.logLines();
    expect(lines.filter((line) => line.includes('192.0.2.41'))).not.toEqual(
      expect.arrayContaining([expect.stringContaining('greet:')]),
    );
  });

  test.each([
    ['at once', 0, 'HELO x\r\n'],
    ['just before the end', 1700, 'E'],
  ])('early talk is dropped without a word: %s', async (_, afterMs, bytes) => {
    const acts = [{afterMs, kind: 'say', bytes}] as const;
    const [knocked] = await stranger.knock([{port, acts}]);
    expect(knocked).toMatchObject({text: ''});
    expect(knocked?.end).not.toBe('open');
    await until('the line in the syslog', async () =>
      (await lab.relay.read('/var/log/syslog')).includes(
        'greet: 192.0.2.40 spoke before the greeting',
      ),
    );
  });

  test('a client that leaves is dropped, and no process stays', async () => {
    const finish = {port, acts: [{afterMs: 300, kind: 'finish'}]} as const;
    const reset = {port, acts: [{afterMs: 300, kind: 'reset'}]} as const;
    await stranger.knock([finish, reset]);
    await until(
      'the wrappers to end',
      async () => (await lab.relay.run('pgrep', ['-f', 'blocksmtp greet'])).code === 1,
    );
  });

  test('wrong words are reported, and the exit code is that of the command', async () => {
    const usage = await lab.relay.blocksmtp(['greet', '--wait', '2h', '--', 'sendmail', '-bs']);
    expect(usage.code).toBe(64);
    expect(usage.stderr).toContain('--wait: "2h": expected a time from 1s to 90s');
    expect(usage.stderr).toContain('no command behind --');
    const none = await lab.relay.blocksmtp(['greet', '--', '/bin/true', '--wait', '-x']);
    expect(none.code).toBe(64);
    expect(none.stderr).toContain('standard input: expected a connection');
  });
});
