/**
 * The relay loses its list of users: to a real sendmail every recipient is unknown, and those who
 * have written to it for weeks look like guessers. None of them stays blocked; blocking stops, says
 * so, and stays stopped over kill -9 until the operator resumes. Guessers are blocked from then on.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import type {Client} from './lab/client.js';
import type {Daemon} from './lab/daemon.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

const CHAIN = 'SPAM_UNAME_GUESSERS';
const LOG = '/var/log/mail.log';
const ALIASES = '/etc/mail/aliases';
const names = Array.from({length: 12}, (_, i) => `member${String(i)}`);
const listOfUsers = `postmaster: root\n${names.map((name) => `${name}: alice\n`).join('')}`;

describe('a relay that loses its list of users', () => {
  let lab: Lab;
  let daemon: Daemon;
  let senders: Client[];
  let guesser: Client;

  beforeAll(async () => {
    const clients = {one: 10, two: 11, three: 12, attacker: 66};
    lab = await Lab.start({id: 'brake', clients});
    senders = ['one', 'two', 'three'].map((name) => lab.client(name));
    guesser = lab.client('attacker');
    await setUsers(listOfUsers);
    await start();
  }, 180_000);
  afterAll(() => Lab.stopAll());

  async function setUsers(aliases: string): Promise<void> {
    await lab.relay.write(ALIASES, aliases);
    await lab.relay.sh('newaliases');
  }

  async function start(): Promise<void> {
    daemon = lab.relay.daemon(['--debug=3', '--cleanse-schedule=* * * * * *']);
    await daemon.ready();
  }

  async function drops(): Promise<string[]> {
    const rules = await lab.relay.iptables(4, '-S', CHAIN);
    return [...rules.matchAll(/^-A \S+ -s (\S+?)\/32 /gm)].map((match) => match[1] ?? '');
  }

  const ask = async (...words: string[]): Promise<[number | undefined, string]> => {
    const {code, stdout, stderr} = await lab.relay.blocksmtp(words);
    return [code, stdout + stderr];
  };
  const why = async (client: Client): Promise<string> => (await ask('why', client.addresses[4]))[1];

  async function deliverAll(text: string): Promise<void> {
    for (const client of senders) {
      const to = `member3@example.net`;
      const sent = await client.deliver({to, text: `${text} ${client.name}`});
      expect(sent).toEqual({accepted: true, line: expect.stringMatching(/^250 /)});
      await lab.relay.mailbox('alice', `${text} ${client.name}`);
    }
  }

  test('its regular senders deliver, and are good senders a day later', async () => {
    await deliverAll('good');
    for (const client of senders) {
      await until('the mail to be noted', async () =>
        /mail accepted since/.test(await why(client)),
      );
      expect(await why(client)).toMatch(/^no good sender: mail accepted since/m);
    }
    // What sendmail wrote, as if it had been written a day ago.
    const accepted = (await lab.relay.logLines()).filter((line) =>
      / from=<.*, nrcpts=1,/.test(line),
    );
    expect(accepted).toHaveLength(3);
    await daemon.stop();
    await lab.relay.run('rm', ['-rf', '/var/lib/blocksmtp']);
    await start();
    const dayAgo = new Date(Date.now() - 86_400_000).toISOString();
    const old = accepted.map((line) => line.replace(/^\S+/, dayAgo));
    await lab.relay.append(LOG, `${old.join('\n')}\n`);
    for (const client of senders) {
      await until('a good name', async () => /^a good sender: /m.test(await why(client)));
    }
  });

  test('when every recipient is unknown, blocking stops and nobody of them stays blocked', async () => {
    await setUsers('postmaster: root\n');
    for (const client of senders) {
      const {answers} = await client.guess({names, gapMs: 5, quietMs: 300});
      expect(answers.length).toBeGreaterThanOrEqual(10);
      expect(answers[0]?.line).toMatch(/^550 5\.1\.1 .*User unknown/);
    }
    const told = await daemon.waitFor(/ error blocking is stopped: /);
    const addresses = senders.map((client) => client.addresses[4]);
    expect(told).toContain(`${addresses.join(', ')} delivered mail of late`);
    expect(told).toContain('blocksmtp resume');
    expect(daemon.text).toMatch(/notice block 192\.0\.2\.10 for 1h \(first block\)/);
    await daemon.waitFor(/notice unblock 192\.0\.2\.11: a good sender, and blocking is stopped/);
    await until('the rules to go', async () => (await drops()).length === 0);
    expect(await ask('list')).toEqual([0, 'nobody is blocked']);
    for (const client of senders) {
      const {connected, session} = await client.open();
      expect(connected).toBe(true);
      await client.close(session);
    }
    expect(daemon.text.match(/ error /g)).toHaveLength(1);
  });

  test('it stays stopped over kill -9, and says so; a guesser is counted but not blocked', async () => {
    const first = await guesser.guess({count: 15, gapMs: 5});
    expect(first.answers).toHaveLength(15);
    await daemon.waitFor(/192\.0\.2\.66 asked for <attacker1x14@\S+: score/);
    await daemon.signal('SIGKILL');
    await daemon.exit;
    await start();
    await daemon.waitFor(/ error blocking is stopped since .*, 2 blocks not made: 192\.0\.2\.10, /);
    const second = await guesser.guess({count: 15, gapMs: 5});
    expect(second.answers).toHaveLength(15);
    await daemon.waitFor(/192\.0\.2\.66 asked for <attacker2x14@\S+: score/);
    expect(daemon.text).not.toMatch(/notice block /);
    expect(await drops()).toEqual([]);
    expect(await why(guesser)).toMatch(/^nobody is blocked since \S+, until: blocksmtp resume$/m);
  });

  test('the operator can block all the same', async () => {
    expect((await ask('block', '203.0.113.7'))[0]).toBe(0);
    expect(await drops()).toEqual(['203.0.113.7']);
    expect((await ask('unblock', '203.0.113.7'))[0]).toBe(0);
  });

  test('blocksmtp resume ends it: the guesser is blocked by his next name, nobody else', async () => {
    await setUsers(listOfUsers);
    expect(await ask('resume')).toEqual([0, 'blocks are made again']);
    await daemon.waitFor(/notice blocks are made again, by the operator; 2 blocks not made/);
    expect(await ask('resume')).toEqual([1, expect.stringContaining('blocking was not stopped')]);
    await guesser.guess({count: 1});
    await until('the guesser to be blocked', async () => (await drops()).includes('192.0.2.66'));
    expect((await guesser.open({timeoutMs: 300})).connected).toBe(false);
    await deliverAll('again');
    // A name mistyped now is one, and not one more of those that the broken list had collected.
    for (const client of senders) await client.guess({names: ['mistyped'], prefix: client.name});
    await daemon.waitFor(/192\.0\.2\.12 asked for <mistyped@\S+: score 1\.0/);
    expect(await drops()).toEqual(['192.0.2.66']);
  });

  test('and after the next kill -9 it has not come back', async () => {
    await daemon.signal('SIGKILL');
    await daemon.exit;
    await start();
    expect(await ask('resume')).toEqual([1, expect.stringContaining('blocking was not stopped')]);
    expect(await drops()).toEqual(['192.0.2.66']);
    expect(await daemon.stop()).toEqual({code: 0, signal: null});
    expect(daemon.text).not.toMatch(/blocking is stopped/);
  });
});
