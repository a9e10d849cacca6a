/** The built program's commands that need no daemon: check, replay, list, block, unblock, flush, resume. */
import {afterAll, describe, expect, test} from '@jest/globals';
import {existsSync} from 'node:fs';
import {lockState} from '../../src/sys/run/instance-lock.js';
import {openStore} from '../../src/sys/disk/store.js';
import {describeInNamespace} from '../support/kernel/namespace.js';
import {blocksmtp, complaints, temporary} from './built.js';

const files = temporary();
afterAll(() => files.remove());

const config = files.write('empty.toml', '');
const whitelist = files.write('whitelist', '# ours\n192.0.2.0/24\n192.0.2.256\n2001:db8:25::/48\n');
const nobody = files.path('nobody');
const who = [`--config=${config}`, `--white-list=${whitelist}`, '--mailer-ip=198.51.100.25'];

describe('blocksmtp check', () => {
  test.each([
    ['192.0.2.7', 0, `192.0.2.7: never blocked: whitelisted by ${whitelist}:2: 192.0.2.0/24`],
    [
      '::ffff:192.0.2.7',
      0,
      `192.0.2.7: never blocked: whitelisted by ${whitelist}:2: 192.0.2.0/24`,
    ],
    [
      '2001:db8:25::7',
      0,
      `2001:db8:25::7: never blocked: whitelisted by ${whitelist}:4: 2001:db8:25::/48`,
    ],
    ['198.51.100.25', 0, '198.51.100.25: never blocked: the mailer itself (mailer_ip)'],
    ['127.0.0.1', 0, '127.0.0.1: never blocked: an address of this machine'],
    ['127.9.9.9', 0, "127.9.9.9: never blocked: in 127.0.0.0/8, which is no client's"],
    ['203.0.113.7', 1, `203.0.113.7: not exempt: no entry of ${whitelist} covers it`],
  ])('%s: %i', (asked, code, said) => {
    const ended = blocksmtp(['check', asked, ...who, `--control-socket=${nobody}`]);
    const whence = `so say ${whitelist} and the configuration: no daemon runs`;
    expect([ended.code, ended.stdout]).toEqual([code, `${said}\n${whence}\n`]);
    expect(ended.stderr).toContain(`${whitelist}:3: "192.0.2.256": expected an address`);
  });
});

describe('blocksmtp replay', () => {
  const guess = (second: number, client: string, name: string): string => {
    const reject = `550 5.1.1 <${name}@example.net>... User unknown`;
    const stamp = `2026-11-20T12:00:${String(second).padStart(2, '0')}+00:00`;
    const head = `${stamp} relay sm-mta[152]: 6AKC0${second + 100}000152: `;
    const asked = `${head}ruleset=check_rcpt, arg1=<${name}@example.net>, relay=[${client}], reject=${reject}\n`;
    // A client is judged when its envelope ends: the log does not say how much it was answered before.
    return `${asked}${head}from=<a@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=[${client}]\n`;
  };
  /** What a log cannot tell. */
  const limits = (threshold: number): unknown[] => [
    `A log names a client for sure when its envelope ends, and blocks begin then; the daemon sees the socket and blocks at unknown name no. ${threshold}.`,
    expect.stringMatching(/^Nothing is known of before .*; older logs help\.$/),
  ];
  const row = (client: string, count: number, from: number): string =>
    Array.from({length: count}, (_, i) => guess(from + i, client, `name${i}`)).join('');

  test('names the clients that it would have blocked, when and why; the whitelisted is not among them', () => {
    const log = files.write(
      'mail.log',
      row('203.0.113.7', 10, 0) + row('203.0.113.8', 9, 10) + row('192.0.2.7', 20, 20),
    );
    const {code, stdout} = blocksmtp(['replay', log, ...who]);
    expect(code).toBe(0);
    const [heading, first, ...rest] = stdout.trimEnd().split('\n');
    expect(heading).toMatch(/^BLOCKED AT +CLIENT +FOR +WHY$/);
    expect(first).toMatch(
      / 203\.0\.113\.7  1h   10 names that never took mail here in 9s \(name8, name9, \+8\), none delivered, score 10\.0 of 10, proof log$/,
    );
    expect(rest).toEqual([
      '78 lines in 1 file, 19 unknown recipients counted, 20 of exempt clients, 0 never tied to a client, 0 envelopes in dispute.',
      '1 block of 1 client would have been made; nothing was changed.',
      ...limits(10),
    ]);
  });

  test('the threshold is a flag of it', () => {
    const log = files.write('mail.log', row('203.0.113.8', 9, 0));
    expect(blocksmtp(['replay', log, ...who]).stdout).toContain('0 blocks of 0 clients');
    const strict = blocksmtp(['replay', log, ...who, '--threshold=3']).stdout;
    expect(strict).toContain('3 names that never took mail here in 2s (name1, name2, +1), ');
    expect(strict).toContain('score 3.0 of 3, ');
    expect(strict).toContain(', 6 of clients that were blocked then, ');
  });

  test('a file that cannot be read is 69', () => {
    const ended = blocksmtp(['replay', files.path('none'), ...who]);
    expect([ended.code, ended.stdout]).toEqual([69, '']);
    expect(ended.stderr).toContain(files.path('none'));
  });
});

describeInNamespace(
  'blocksmtp list, block and unblock, without a daemon',
  'default',
  (namespace) => {
    const state = [
      `--state-dir=${files.path('state')}`,
      `--control-socket=${files.path('socket')}`,
    ];
    const ask = (...words: string[]) => blocksmtp([...words, ...who, ...state], namespace.enter);

    test('a block that was made under another port or name goes too', () => {
      const ours = (): string[] => namespace.list(4).match(/^.*(?:GUESSERS|OTHER).*$/gm) ?? [];
      ask('block', '203.0.113.7');
      expect(ours().join()).toContain('--dport 25 ');
      ask('block', '203.0.113.7', '--mailer-port=26');
      expect(ours()).toEqual([
        expect.stringMatching(/^:SPAM_UNAME_GUESSERS /),
        '-A INPUT -p tcp -m tcp --dport 26 -j SPAM_UNAME_GUESSERS',
        '-A SPAM_UNAME_GUESSERS -s 203.0.113.7/32 -p tcp -m tcp --dport 26 -j DROP',
      ]);
      ask('block', '203.0.113.7', '--iptables-chain-name=OTHER');
      expect(ours()).toHaveLength(6);
      const flushed = ask('flush', '--iptables-chain-name=OTHER');
      expect(flushed.stdout).toMatch(/nothing of ours is left in the firewall$/m);
      expect(ours()).toEqual([]);
    });

    test('a block stands in the kernel and in the list until it is taken back', () => {
      expect(ask('list')).toMatchObject({code: 0, stdout: 'nobody is blocked\n'});
      expect(ask('block', '203.0.113.7', '--for', '2h')).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          /^203\.0\.113\.7 is blocked until \S+; no daemon runs, so it stands after that too, until one does\n$/,
        ),
      });
      expect(ask('block', '2001:db8:7::9/64')).toMatchObject({code: 0});
      const rule = '-A SPAM_UNAME_GUESSERS -s 203.0.113.7/32 -p tcp -m tcp --dport 25 -j DROP';
      expect(namespace.list(4)).toContain(`${rule}\n`);
      expect(namespace.list(6)).toContain('-A SPAM_UNAME_GUESSERS -s 2001:db8:7::/64 ');
      expect(ask('list').stdout).toMatch(
        /^203\.0\.113\.7 +\S+ +(2h|1h 59m) +- +- +- +by the operator$/m,
      );
      const blocks = JSON.parse(ask('list', '--json').stdout) as unknown;
      expect(blocks).toMatchObject([{network: '2001:db8:7::/64'}, {network: '203.0.113.7'}]);
      expect(ask('unblock', '203.0.113.7')).toMatchObject({
        code: 0,
        stdout: '203.0.113.7 is unblocked\n',
      });
      expect(namespace.list(4)).not.toContain('-j DROP');
      const again = ask('unblock', '203.0.113.7');
      expect(again.code).toBe(1);
      expect(again.stderr).toContain('203.0.113.7 was not blocked');
    });

    test('a command that only asks makes neither folder nor database, and does not touch the firewall', () => {
      const before = namespace.list(4);
      const never = files.path('never');
      for (const [words, code, said] of [
        [['list'], 0, 'nobody is blocked\n'],
        [['why', '203.0.113.7'], 0, '203.0.113.7: not exempt\n'],
        [['why', '192.0.2.7', '--no-names'], 0, `whitelisted by ${whitelist}:2: 192.0.2.0/24\n`],
        [['status'], 1, 'no daemon runs, backend iptables\n0 blocks\nremembered: 0 clients, '],
        [['doctor', '--outbound=off'], 1, 'no daemon runs'],
      ] as const) {
        const ended = blocksmtp(
          [...words, ...who, ...state, `--state-dir=${never}`],
          namespace.enter,
        );
        expect([ended.code, ended.stdout]).toEqual([code, expect.stringContaining(said)]);
        expect(existsSync(never)).toBe(false);
      }
      expect(namespace.list(4)).toBe(before);
    });

    test('flush lifts all and leaves no trace; with --keep-blocks only the firewall is cleared', () => {
      const before = [namespace.list(4), namespace.list(6)];
      ask('flush');
      ask('block', '203.0.113.7');
      const nothing = 'nothing of ours is left in the firewall\n';
      expect(ask('flush', '--keep-blocks')).toMatchObject({code: 0, stdout: nothing});
      expect([namespace.list(4), namespace.list(6)]).toEqual(before);
      expect(ask('list').stdout).toContain('203.0.113.7');
      // The next command that changes something has it stand again.
      ask('block', '203.0.113.8');
      expect(namespace.list(4)).toContain(' -s 203.0.113.7/32 ');
      expect(ask('flush')).toMatchObject({code: 0, stdout: `2 blocks are lifted, and ${nothing}`});
      expect([namespace.list(4), namespace.list(6)]).toEqual(before);
      expect(ask('list').stdout).toBe('nobody is blocked\n');
    });

    test.each([
      [['block', '203.0.113.9/30', '--for=3s'], '203.0.113.8/30 would be blocked'],
      [['unblock', '203.0.113.7'], '203.0.113.7 would be unblocked, if it is blocked'],
      [['resume'], 'blocks would be made again, if blocking is stopped'],
    ])('%j says in a dry run what it would do', (words, said) => {
      const dry = files.write('dry.toml', 'dry_run = true\n');
      const whose = [`--white-list=${whitelist}`, `--state-dir=${files.path('dry')}`];
      const run = (...more: string[]) =>
        blocksmtp([...more, `--config=${dry}`, ...whose, ...state.slice(1)], namespace.enter);
      const ended = run(...words);
      expect([ended.code, ended.stdout]).toEqual([0, `dry_run is set: ${said}\n`]);
      // What would be refused is refused all the same.
      expect(run('block', '192.0.2.7').code).toBe(1);
      expect(existsSync(files.path('dry'))).toBe(false);
      expect(namespace.list(4)).not.toContain('GUESSERS');
    });

    test('a wrong word makes no state, and stops the command before it looks at anything else', () => {
      const never = files.path('never');
      for (const words of [
        ['unblock', 'foo'],
        ['block', '1.2.3.999'],
        ['block', '203.0.0.0/15'],
      ]) {
        const ended = ask(...words, `--state-dir=${never}`);
        // Nothing reports the whitelist's bad line.
        expect([ended.code, complaints(ended)]).toEqual([
          64,
          [expect.stringContaining('expected')],
        ]);
        expect(existsSync(never)).toBe(false);
      }
    });

    test('flush changes nothing in a dry run, and nothing while a daemon that does not answer has the state', async () => {
      ask('block', '203.0.113.7');
      const before = namespace.list(4);
      const dry = files.write('dry.toml', 'dry_run = true\n');
      for (const words of [[], ['--keep-blocks']]) {
        const ended = blocksmtp(['flush', ...words, `--config=${dry}`, ...state], namespace.enter);
        expect([ended.code, ended.stdout]).toEqual([0, expect.stringMatching(/^dry_run is set: /)]);
      }
      const locked = await lockState(files.path('state'));
      const ended = ask('flush', '--keep-blocks');
      if (locked.kind === 'locked') locked.lock.release();
      expect(ended.code).toBe(69);
      expect(ended.stderr).toMatch(/another blocksmtp works on .*: stop it first\n$/);
      expect(namespace.list(4)).toBe(before);
      expect(ask('flush').stdout).toMatch(/^1 block is lifted, /);
    });

    test('resume ends a stop that was saved; without a stop it is 1', async () => {
      const store = await openStore(files.path('state'), Date.now());
      const lost = {sum: 9, names: [1], networks: [], refusedMs: Date.now()};
      store.state.listLoss.set('listLoss', {kind: 'on', sinceMs: Date.now(), ...lost});
      store.commit();
      store.close();
      expect(ask('why', '198.51.100.1').stdout).toMatch(/^blocking is STOPPED for \d+s: /m);
      expect(ask('resume')).toMatchObject({code: 0, stdout: 'blocks are made again\n'});
      const ended = ask('resume');
      expect([ended.code, ended.stdout]).toEqual([1, '']);
      expect(ended.stderr).toContain('blocking was not stopped');
    });

    test.each([
      ['a whitelisted address', '192.0.2.7', 'whitelisted by'],
      ['this machine', '127.0.0.1', '127.0.0.1 is not blocked: '],
      ['the mailer', '198.51.100.25', 'the mailer itself'],
      ['a network that is too large', '203.0.0.0/15', 'is too large', 64],
      ['everybody', '0.0.0.0/0', 'never /0', 64],
      ['no address', 'nonsense', 'expected an IPv4 or IPv6 address', 64],
    ])('block refuses %s', (_, network, why, code = 1) => {
      const ended = ask('block', network);
      expect(ended.code).toBe(code);
      expect(ended.stderr).toContain(why);
      expect(namespace.list(4)).not.toContain('-j DROP');
    });
  },
);

describeInNamespace(
  'blocksmtp block with a set, without a daemon',
  'default',
  (namespace) => {
    test('the kernel ends the block itself, so the command says nothing about the end', () => {
      const places = [`--state-dir=${files.path('nft')}`, `--control-socket=${nobody}`];
      const words = ['block', '203.0.113.7', '--for=1h', '--backend=nftables', ...who, ...places];
      expect(blocksmtp(words, namespace.enter)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^203\.0\.113\.7 is blocked until \S+\n$/),
      });
    });
  },
  ['nft'],
);
