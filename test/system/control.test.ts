/**
 * The operator's side: list, block, unblock and check with and without a running daemon; one daemon
 * per state; reload; what stays when it ends. And good manners: the administrator's own rules in
 * INPUT are never touched.
 */
import {afterAll, afterEach, beforeAll, expect, test} from '@jest/globals';
import type {Daemon} from './lab/daemon.js';
import {unhurriedMs} from './lab/client.js';
import {Lab} from './lab/lab.js';
import type {Relay, Result} from './lab/relay.js';
import {requireLab} from './lab/require.js';
import {sleep, until} from './lab/until.js';

const {describe} = await requireLab();

const CHAIN = 'SPAM_UNAME_GUESSERS';
const HOOK = `-A INPUT -p tcp -m tcp --dport 25 -j ${CHAIN}`;
const WHITELIST = '/etc/blocksmtp.whitelist';
const CONFIG = '/etc/blocksmtp/blocksmtp.toml';
/** Before the ten seconds are over after which all is looked at by default. Ms. */
const AT_ONCE_MS = 9000;
/** Somebody else's firewall: it lets every open session through, and must stay as it is. */
const FOREIGN = [
  '-m state --state RELATED,ESTABLISHED -j ACCEPT',
  '-s 198.51.100.0/24 -p tcp -m tcp --dport 22 -j ACCEPT',
  '-s 203.0.113.9/32 -p tcp -m tcp --dport 25 -j DROP',
];

describe('the operator', () => {
  let lab: Lab;
  let relay: Relay;
  let daemon: Daemon | undefined;

  beforeAll(async () => {
    lab = await Lab.start({id: 'control'});
    relay = lab.relay;
    for (const rule of FOREIGN) await relay.iptables(4, '-A', 'INPUT', ...rule.split(' '));
    await relay.write(WHITELIST, '192.0.2.20\n');
  });
  afterEach(async () => {
    if (daemon?.running) await daemon.stop();
    await relay.run('rm', ['-rf', '/var/lib/blocksmtp', CONFIG]);
    await relay.run('iptables', ['-F', CHAIN]);
    await relay.run('ip6tables', ['-F', CHAIN]);
  });
  afterAll(() => Lab.stopAll());

  async function start(...args: string[]): Promise<Daemon> {
    daemon = relay.daemon(args);
    await daemon.ready();
    return daemon;
  }

  async function rules(family: 4 | 6, chain: string): Promise<string[]> {
    const all = (await relay.iptables(family, '-S', chain)).split('\n');
    return all.filter((line) => line.startsWith('-A'));
  }

  const drop = (network: string): string =>
    `-A ${CHAIN} -s ${network} -p tcp -m tcp --dport 25 -j DROP`;

  const ask = (...args: string[]): Promise<Result> => relay.blocksmtp(args);

  test('the hook is first, before a rule that accepts open sessions; foreign rules stay', async () => {
    await start();
    await relay.hooked();
    expect(await rules(4, 'INPUT')).toEqual([
      HOOK,
      ...FOREIGN.map((rule) => expect.stringContaining(rule.slice(-20))),
    ]);
    expect(await rules(6, 'INPUT')).toEqual([HOOK]);
  });

  test.each(['with', 'without'] as const)(
    'list, block, unblock, check %s a running daemon',
    async (how) => {
      if (how === 'with') await start();
      expect(await ask('list')).toEqual({code: 0, stdout: 'nobody is blocked', stderr: ''});

      expect(await ask('block', '203.0.113.7', '--for', '1h')).toMatchObject({code: 0});
      expect(await ask('block', '2001:db8::7')).toMatchObject({code: 0});
      expect(await rules(4, CHAIN)).toEqual([drop('203.0.113.7/32')]);
      expect(await rules(6, CHAIN)).toEqual([drop('2001:db8::7/128')]);

      const text = await ask('list');
      expect(text.stdout).toMatch(/^203\.0\.113\.7 .*by the operator/m);
      const listed = JSON.parse((await ask('list', '--json')).stdout) as Record<string, unknown>[];
      expect(listed.map((block) => block['network']).sort()).toEqual([
        '2001:db8::7',
        '203.0.113.7',
      ]);
      const [first] = listed;
      const length = Number(first?.['untilMs']) - Number(first?.['fromMs']);
      expect(length).toBe(3_600_000);

      expect(await ask('unblock', '203.0.113.7')).toMatchObject({code: 0});
      expect(await ask('unblock', '2001:db8::7')).toMatchObject({code: 0});
      expect([...(await rules(4, CHAIN)), ...(await rules(6, CHAIN))]).toEqual([]);
      expect(await ask('unblock', '203.0.113.7')).toMatchObject({code: 1});

      // an exempt address cannot be blocked by hand either; nonsense is usage
      expect(await ask('block', '192.0.2.20')).toMatchObject({code: 1});
      expect(await ask('block', 'mail.example.net')).toMatchObject({code: 64});
      expect(await ask('check', '192.0.2.20')).toEqual({
        code: 0,
        stdout: expect.stringContaining(`${WHITELIST}:1`),
        stderr: '',
      });
      expect(await ask('check', '192.0.2.66')).toMatchObject({code: 1});
      expect(await ask('check', '192.0.2.1')).toMatchObject({code: 0}); // an address of our own
      expect(await ask('check', '127.0.0.1')).toMatchObject({code: 0});
    },
  );

  test('a block made without a daemon is known to the next one, and the other way round', async () => {
    await ask('block', '203.0.113.7', '--for', '2h');
    const one = await start();
    expect((await ask('list')).stdout).toContain('203.0.113.7');
    await ask('block', '203.0.113.8');
    await one.stop();
    expect((await ask('list')).stdout).toMatch(/203\.0\.113\.8[^]*203\.0\.113\.7/);
    expect(await ask('unblock', '203.0.113.7')).toMatchObject({code: 0});
    expect(await rules(4, CHAIN)).toEqual([drop('203.0.113.8/32')]);
  });

  test('a block by hand cuts the client off and ends by itself', async () => {
    await start();
    const client = lab.client('innocent');
    const {session} = await client.open();
    await ask('block', '192.0.2.10', '--for', '3s');
    await until('its session to end', async () => (await client.state(session)).closed);
    expect((await client.open({timeoutMs: 300})).connected).toBe(false);
    await until('the rule to go', async () => (await rules(4, CHAIN)).length === 0);
    expect((await client.open()).connected).toBe(true);
    await client.close(session);
  });

  test('a second daemon on the same state refuses to start: 69', async () => {
    await start();
    const second = await ask('run');
    expect(second.code).toBe(69);
    expect(second.stderr).toMatch(/another blocksmtp/);
    expect(daemon?.running).toBe(true);
    expect((await ask('list')).code).toBe(0);
  });

  test('SIGHUP takes a new threshold, and drops no block', async () => {
    await relay.write(CONFIG, 'threshold = 40\n');
    const one = await start();
    await ask('block', '203.0.113.7');
    expect((await lab.client('attacker').guess({count: 12})).silent).toBe(false);
    await relay.write(CONFIG, 'threshold = 15\n');
    const from = one.stderr.length;
    await one.signal('SIGHUP');
    await one.waitFor(/read anew/, from);
    await one.waitFor(/following/, from);
    expect(await rules(4, CHAIN)).toEqual([drop('203.0.113.7/32')]);
    // twelve were counted before the reload; they are not forgotten
    const more = await lab.client('attacker').guess({count: 30, gapMs: unhurriedMs});
    expect(more.silent).toBe(true);
    // The kernel is asked about the first and the eighth name of an envelope: how many were accepted in between is unknown.
    expect(more.answers.length).toBeLessThanOrEqual(11);
    expect(await rules(4, CHAIN)).toContain(drop('192.0.2.66/32'));

    // a bad file changes nothing and ends nothing
    await relay.write(CONFIG, 'threshold = "many"\n');
    const bad = one.stderr.length;
    await one.signal('SIGHUP');
    expect(await one.waitFor(/refused/, bad)).toContain('threshold');
    expect(one.running).toBe(true);
    expect(await rules(4, CHAIN)).toHaveLength(2);
  });

  test('a trial that nobody confirms: status shows it, no SIGHUP and no restart brings it back', async () => {
    await relay.write(CONFIG, 'threshold = 40\n');
    const one = await start();
    const statusOf = async (): Promise<[number | undefined, unknown]> => {
      const {code, stdout} = await ask('status', '--json');
      return [code, (JSON.parse(stdout) as {trial: unknown}).trial];
    };
    await until('all to stand', async () => (await statusOf())[0] === 0);
    await relay.write(CONFIG, 'threshold = 15\n');
    const from = one.stderr.length;
    expect(await ask('reload', '--confirm=10s')).toMatchObject({code: 0});
    await one.waitFor(/following/, from);
    expect((await statusOf())[1]).toMatchObject({kind: 'running'});
    const onTrial = one.stderr.length;
    await one.waitFor(/nobody confirmed the configuration: the one before/, onTrial);
    await one.waitFor(/following/, onTrial);
    expect(await statusOf()).toEqual([1, {kind: 'failed'}]);

    const hup = one.stderr.length;
    await one.signal('SIGHUP');
    await one.waitFor(/reload refused, nothing has changed: the file still holds/, hup);
    await one.stop();
    await start();
    expect(await statusOf()).toEqual([1, {kind: 'failed'}]);

    // with a typing error in the file somebody is let in all the same
    await ask('block', '203.0.113.7');
    await relay.write(CONFIG, 'threshold 20\n');
    const unblocked = await ask('unblock', '203.0.113.7');
    expect(unblocked).toMatchObject({code: 0, stderr: expect.stringContaining('expected TOML')});

    await daemon?.stop();
    await relay.write(CONFIG, 'threshold = 20\n');
    await start();
    await until('the file to be in force', async () => (await statusOf())[0] === 0);
    expect((await statusOf())[1]).toEqual({kind: 'none'});
  });

  test('an address that becomes whitelisted is unblocked within seconds', async () => {
    const one = await start();
    await ask('block', '192.0.2.66');
    await ask('block', '203.0.113.7');
    await relay.append(WHITELIST, '10.10.10.10/24\nnot a network\n192.0.2.66/32\n');
    const isAlone = async (): Promise<boolean> => (await rules(4, CHAIN)).length === 1;
    await until('it to be unblocked', isAlone, AT_ONCE_MS);
    expect(await rules(4, CHAIN)).toEqual([drop('203.0.113.7/32')]);
    await one.waitFor(/unblock 192\.0\.2\.66: it is exempt now/);
    // file, line and text of what cannot be read; the good lines count
    const bad = await one.waitFor(/not a network/);
    expect(bad).toMatch(/ warning .*\/etc\/blocksmtp\.whitelist:3\b/);
    expect(await ask('check', '10.10.10.77')).toMatchObject({code: 0});
    // and a file that is gone keeps the last good list
    await relay.run('rm', [WHITELIST]);
    await one.waitFor(/last good list/);
    expect(await ask('block', '192.0.2.66')).toMatchObject({code: 1});
    await relay.write(WHITELIST, '192.0.2.20\n');
    await sleep(1200);
  });

  test('SIGTERM leaves the blocks in force', async () => {
    const one = await start();
    await ask('block', '203.0.113.7');
    expect(await one.stop('SIGTERM')).toEqual({code: 0, signal: null});
    expect(await rules(4, CHAIN)).toEqual([drop('203.0.113.7/32')]);
    expect((await rules(4, 'INPUT'))[0]).toBe(HOOK);
  });

  test('SIGINT with --flush-on-exit removes chain and hook, nothing else', async () => {
    const one = await start('--flush-on-exit');
    await ask('block', '203.0.113.7');
    await ask('block', '2001:db8::7');
    expect(await one.stop('SIGINT')).toEqual({code: 0, signal: null});
    for (const family of [4, 6] as const) {
      const tool = family === 4 ? 'iptables' : 'ip6tables';
      expect((await relay.run(tool, ['-S', CHAIN])).code).toBe(1);
    }
    expect(await rules(4, 'INPUT')).toEqual(
      FOREIGN.map((rule) => expect.stringContaining(rule.slice(-20))),
    );
    expect(await rules(6, 'INPUT')).toEqual([]);
    // the blocks themselves are not forgotten: the next daemon puts them in force again
    await start();
    await until('the block to stand again', async () =>
      (await relay.run('iptables', ['-S', CHAIN])).stdout.includes('203.0.113.7/32'),
    );
    expect(await rules(4, CHAIN)).toEqual([drop('203.0.113.7/32')]);
  });

  test('rules that another tool flushed come back with the next check', async () => {
    await start('--check-interval=1s');
    await ask('block', '203.0.113.7');
    await relay.iptables(4, '-F', CHAIN);
    await relay.iptables(4, '-D', 'INPUT', '1');
    const areBack = async (): Promise<boolean> => {
      const found = [...(await rules(4, 'INPUT')).slice(0, 1), ...(await rules(4, CHAIN))];
      return String(found) === String([HOOK, drop('203.0.113.7/32')]);
    };
    await until('both to come back', areBack, AT_ONCE_MS);
  });
});
