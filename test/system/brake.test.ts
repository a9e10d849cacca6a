/**
 * The relay loses its list of users: to a real sendmail every recipient is unknown, and clients
 * that have written to it for weeks look like guessers. Nobody is blocked meanwhile, and blocks
 * made a moment before are lifted. The daemon reports it, stays so over kill -9, and goes on when
 * the relay knows its users again, or when the operator says so. No client can bring it about.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {type Client, fewestAnswers, unhurriedMs} from './lab/client.js';
import type {Daemon} from './lab/daemon.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

const CHAIN = 'SPAM_UNAME_GUESSERS';
const USERS = '/etc/passwd';
const names = Array.from({length: 12}, (_, i) => `member${String(i)}`);
const listOfUsers = names.map((name, i) => `${name}:x:${String(3000 + i)}:100::/:/bin/false\n`);
/** Three networks, for those who write and for one who would make blocking stop. */
const networks = ['198.51.100', '203.0.113', '198.18.7'];

/** Known names in writings that sendmail takes for others. */
const varied = names.map((name) => `"${name.slice(0, 3)} ${name.slice(3)}"`);

describe('a relay that loses its list of users', () => {
  let lab: Lab;
  let daemon: Daemon;
  /** With an address in another network each. */
  let senders: {client: Client; from: string}[];
  let attacker: Client;
  let others = '';
  const attackers = networks.map((network) => `${network}.66`);

  beforeAll(async () => {
    const clients = {one: 10, two: 11, three: 12, attacker: 66};
    lab = await Lab.start({id: 'brake', clients});
    senders = ['one', 'two', 'three'].map((name, i) => ({
      client: lab.client(name),
      from: `${networks[i]!}.10`,
    }));
    attacker = lab.client('attacker');
    for (const network of networks) await lab.reach(`${network}.0/24`);
    for (const {client, from} of senders) await client.addAddress(from);
    await attacker.addAddresses(attackers);
    others = await lab.relay.read(USERS);
    await setUsers(listOfUsers);
    await start();
    await lab.relay.hooked();
  });
  afterAll(() => Lab.stopAll());

  const setUsers = (users: readonly string[]): Promise<void> =>
    lab.relay.write(USERS, others + users.join(''));

  async function start(): Promise<void> {
    daemon = lab.relay.daemon(['--debug=3', '--cleanse-schedule=* * * * * *']);
    await daemon.ready();
  }

  async function restart(): Promise<void> {
    await daemon.signal('SIGKILL');
    await daemon.exit;
    await start();
  }

  async function drops(): Promise<string[]> {
    const rules = await lab.relay.iptables(4, '-S', CHAIN);
    return [...rules.matchAll(/^-A \S+ -s (\S+?)\/32 /gm)].map((match) => match[1] ?? '').sort();
  }

  const ask = async (...words: string[]): Promise<[number | undefined, string]> => {
    const {code, stdout, stderr} = await lab.relay.blocksmtp(words);
    return [code, stdout + stderr];
  };
  const why = async (address: string): Promise<string> =>
    (await ask('why', '--no-names', address))[1];

  /** Each writes to four users of its own: mail that arrives. */
  async function deliverAll(text: string): Promise<void> {
    for (const [i, {client, from}] of senders.entries()) {
      for (const name of names.slice(4 * i, 4 * i + 4)) {
        const to = `${name}@example.net`;
        const sent = await client.deliver({from, to, text: `${text} ${name}`});
        expect(sent).toEqual({accepted: true, line: expect.stringMatching(/^250 /)});
        await lab.relay.mailbox(name, `${text} ${name}`);
      }
    }
  }

  /** Each writes to users whom the relay does not know any more. */
  async function askForUsers(): Promise<void> {
    for (const {client, from} of senders) {
      const {answers} = await client.guess({from, names, quietMs: 2000});
      expect(answers).toHaveLength(names.length);
      expect(answers[0]?.line).toMatch(/^550 5\.1\.1 .*User unknown/);
    }
  }

  test('its regular senders deliver, and that is known', async () => {
    await deliverAll('good');
    for (const {from} of senders) {
      await until('the mail to be noted', async () =>
        (await why(from)).includes('for it: delivered to 4 recipients on 1 day'),
      );
    }
  });

  test('three mailings to old addresses stop nothing, and block none of them', async () => {
    for (const {client, from} of senders) {
      const {answers} = await client.guess({from, count: 12, gapMs: unhurriedMs / 3});
      expect(answers).toHaveLength(12);
      await daemon.waitFor(new RegExp(`${from} asked for <${client.name}\\d+x11@`));
    }
    expect(await drops()).toEqual([]);
    expect(daemon.text).not.toMatch(/blocking is stopped/);
  });

  test('nor can three addresses stop it that deliver, vary known names and guess', async () => {
    for (const from of attackers) {
      const to = 'member0@example.net';
      const sent = await attacker.deliver({from, to, text: `credit ${from}`});
      expect(sent.accepted).toBe(true);
      // Twelve unknown names are too many for a client without it.
      await until('the credit', async () => / 1 recipient /.test(await why(from)));
      const {answers} = await attacker.guess({from, names: varied});
      expect(answers.map(({line}) => line.slice(0, 9))).toEqual(varied.map(() => '550 5.1.1'));
      const guesses = {from, gapMs: unhurriedMs, count: 20};
      expect((await attacker.guess(guesses)).silent).toBe(true);
      await until('the block', async () => (await drops()).includes(from));
    }
    // sendmail takes it for a mailbox other than member0: it counts as a guess, and no user is lost.
    expect(daemon.text).toMatch(/198\.51\.100\.66 asked for <"mem ber0"@\S+: score \S+ \(\+1\)/);
    expect(daemon.text).not.toMatch(/blocking is stopped/);
    expect((await ask('block', '203.0.113.7'))[0]).toBe(0);
  });

  test('when it is lost blocking stops, and recently blocked clients are unblocked', async () => {
    await setUsers([]);
    const from = daemon.stderr.length;
    await askForUsers();
    const told = await daemon.waitFor(/ error blocking is stopped: /, from);
    expect(told).toContain('the relay refuses 12 users whom it had, to 3 networks');
    for (const address of attackers) {
      const lifted = `notice unblock ${address}: the relay seems to have lost its list of users`;
      expect(daemon.stderr.slice(from).join('\n')).toContain(lifted);
    }
    // But not whom the operator has blocked.
    await until('the rules to go', async () => (await drops()).join() === '203.0.113.7');
    expect((await ask('list'))[1]).not.toMatch(/\.66/);
    expect((await ask('status'))[1]).toMatch(/^blocking is STOPPED for .*12 users/m);
    for (const {client, from: address} of senders) {
      const {connected, session} = await client.open({from: address});
      expect(connected).toBe(true);
      await client.close(session);
    }
    expect(daemon.text).not.toMatch(/notice block \S+\.10 /);
    expect(daemon.text.match(/ error /g)).toHaveLength(1);
  });

  test('it stays so over kill -9, and says so; nobody is judged, and the operator can block', async () => {
    await restart();
    await daemon.waitFor(/ error blocking is stopped since .*: the relay refuses 12 users/);
    const guess = await attacker.guess({count: 25, gapMs: 5});
    expect(guess.answers).toHaveLength(25);
    await daemon.waitFor(/192\.0\.2\.66 asked for <attacker\d+x24@\S+: score 0/);
    expect(daemon.text).not.toMatch(/notice block /);
    expect(await drops()).toEqual(['203.0.113.7']);
    expect((await ask('unblock', '203.0.113.7'))[0]).toBe(0);
    expect((await ask('block', '203.0.113.8'))[0]).toBe(0);
    await until('the operator’s block alone', async () => (await drops()).join() === '203.0.113.8');
    expect(await why('192.0.2.66')).toMatch(/^blocking is STOPPED for /m);
  });

  test('it ends by itself when the relay knows its users again: a guesser is blocked', async () => {
    await setUsers(listOfUsers);
    await deliverAll('again');
    await daemon.waitFor(/notice blocks are made again: the relay knows its users again/);
    const guess = await attacker.guess({count: 30, gapMs: unhurriedMs});
    expect(guess.silent).toBe(true);
    // Names that it asked for meanwhile do not count against it either.
    expect(guess.answers.length).toBeGreaterThanOrEqual(fewestAnswers(10));
    expect(guess.answers.length).toBeLessThan(25);
    await until('the block', async () => (await drops()).includes('192.0.2.66'));
    expect(await ask('resume')).toEqual([1, expect.stringContaining('blocking was not stopped')]);
  });

  test('blocksmtp resume ends it too, and names that stay unknown do not begin it again', async () => {
    await setUsers([]);
    await askForUsers();
    await daemon.waitFor(/ error blocking is stopped: the relay refuses 12 users/);
    await until('the operator’s block to go', async () => (await drops()).join() === '203.0.113.8');
    expect(await ask('resume')).toEqual([0, 'blocks are made again']);
    await daemon.waitFor(/notice blocks are made again: by the operator/);
    await askForUsers();
    await restart();
    expect(await ask('resume')).toEqual([1, expect.stringContaining('blocking was not stopped')]);
    const [address] = attackers;
    const guess = await attacker.guess({
      ...(address === undefined ? {} : {from: address}),
      ...{count: 30, gapMs: unhurriedMs},
    });
    expect(guess.silent).toBe(true);
    await until('the block', async () => (await drops()).includes('198.51.100.66'));
    expect(daemon.text).not.toMatch(/blocking is stopped/);
    expect(daemon.text).not.toMatch(/notice block \S+\.10 /);
    expect(await daemon.stop()).toEqual({code: 0, signal: null});
  });
});
