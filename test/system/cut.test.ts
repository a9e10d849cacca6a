/**
 * What becomes of the open sessions of a client when its block comes into force, on a real sendmail:
 * whatever its process was doing, it ends, and nobody else's does. Dropping alone would leave it for
 * an hour in `cmd read`.
 */
import {afterAll, afterEach, beforeAll, expect, test} from '@jest/globals';
import {type Client, type Family, unhurriedMs} from './lab/client.js';
import type {Daemon} from './lab/daemon.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {patienceMs, until} from './lab/until.js';

const {describe} = await requireLab();

type Case = {name: string; family: Family; mappedIpv4: boolean};
const cases: Case[] = [
  {name: 'IPv4', family: 4, mappedIpv4: false},
  {name: 'IPv6', family: 6, mappedIpv4: false},
  {name: 'IPv4 on a dual-stack socket', family: 4, mappedIpv4: true},
];
const modes = ['both', 'sockets', 'processes'] as const;

/** More than a guesser can ask for before a daemon that others keep busy blocks it. A count. */
const names = 200;

/** Of four sessions; a process that ends at once takes its socket along. */
const said = {
  both: /: sendmail processes \d+, \d+, \d+, \d+(?:, (?:[234] sockets|socket) destroyed)?$/,
  sockets: /: 4 sockets destroyed$/,
  processes: /: sendmail processes \d+, \d+, \d+, \d+$/,
};

/** Another address of the attacker's, and a network that holds both of them and no other client. */
const second = {4: '192.0.2.70', 6: '2001:db8::6a'} as const;
const around = {4: '192.0.2.64/28', 6: '2001:db8::60/124'} as const;

for (const {name, family, mappedIpv4} of cases) {
  describe(`sessions of a blocked client, ${name}`, () => {
    let lab: Lab;
    let daemon: Daemon;
    let attacker: Client;
    let innocent: Client;
    let address: string;
    const opened: number[] = [];

    beforeAll(async () => {
      lab = await Lab.start({id: `cut-${name.replace(/\W/g, '')}`, mappedIpv4});
      attacker = lab.client('attacker');
      innocent = lab.client('innocent');
      address = attacker.addresses[family];
      await attacker.addAddress(second[family]);
      await lab.relay.write('/etc/blocksmtp.whitelist', '');
    });
    afterEach(async () => {
      for (const session of opened.splice(0)) await attacker.close(session);
      await daemon.stop();
      await lab.relay.sh('sh', ['-c', 'rm -f /var/lib/blocksmtp/*']);
      await until('all children to end', async () => (await children()).length === 0);
    });
    afterAll(() => Lab.stopAll());

    /** The titles of the processes that serve a client. */
    async function children(client = ''): Promise<string[]> {
      const titles = (await lab.relay.sh('ps', ['-eo', 'args', '--no-headers'])).split('\n');
      // as sendmail writes an IPv6 address in a title
      const text = client.includes(':') ? `:${client.split('::')[1] ?? ''}]` : `${client}]`;
      return titles.filter((title) => title.startsWith('sendmail: ') && title.includes(text));
    }

    async function start(...words: string[]): Promise<void> {
      // What comes with the next look at the firewall would come too late.
      const always = ['--debug=3', '--flush-on-exit', '--check-interval=1h'];
      daemon = lab.relay.daemon([...always, ...words]);
      await daemon.ready();
    }

    /** Text of a message has no answer to be waited for. */
    async function open(from: string = address, ...lines: string[]): Promise<number> {
      const {session} = await attacker.open({family, from});
      opened.push(session);
      for (const line of lines) {
        await attacker.say(session, line, line.startsWith('Subject:') ? 1 : undefined);
      }
      return session;
    }

    /** One session in each state in which a client can leave sendmail waiting. */
    async function openInEveryState(): Promise<void> {
      const envelope = ['MAIL FROM:<a@example.org>', 'RCPT TO:<alice@example.net>'];
      opened.push((await attacker.stuck({family, from: address})).session);
      await open();
      await open(address, ...envelope);
      await open(address, ...envelope, 'DATA', 'Subject: the first half');
      await until('the children', async () => (await children(address)).length === 4);
    }

    const allClosed = (): Promise<true> =>
      until('the client to be told', async () => {
        const states = await Promise.all(opened.map((session) => attacker.state(session)));
        return states.every(({closed}) => closed);
      });

    const block = async (network: string): Promise<void> => {
      expect(await lab.relay.blocksmtp(['block', network])).toMatchObject({code: 0});
    };

    test.each(modes)(
      'an operator’s block ends idle ones, whatever they wait in: %s',
      async (mode) => {
        await start(`--cut-sessions=${mode}`);
        await openInEveryState();
        const friend = await innocent.open({family});
        await block(address);
        await until('the children to end', async () => (await children(address)).length === 0);
        await allClosed();
        const line = await daemon.waitFor(/notice cut /);
        expect(line).toMatch(said[mode]);
        expect(line).toContain(` cut ${address}: `);
        expect(await children()).toHaveLength(1);
        expect((await innocent.say(friend.session, 'NOOP')).line).toMatch(/^250 /);
        await innocent.close(friend.session);
        expect(await lab.relay.sh('ls', ['/var/spool/mqueue'])).toBe('');
        expect(daemon.stderr.filter((text) => / (error|warning) /.test(text))).toEqual([]);
      },
    );

    test.each(modes)('a network’s ends those of all its addresses: %s', async (mode) => {
      await start(`--cut-sessions=${mode}`);
      await open();
      await open(second[family]);
      const friend = await innocent.open({family});
      await block(around[family]);
      await until('the children to end', async () => (await children()).length === 1);
      await allClosed();
      for (const client of [address, second[family]]) {
        await daemon.waitFor(new RegExp(`notice cut ${client.replaceAll('.', '\\.')}: `));
      }
      expect((await innocent.say(friend.session, 'NOOP')).line).toMatch(/^250 /);
      await innocent.close(friend.session);
    });

    test.each(modes)(
      'a guesser’s session, and another idle one of the same client: %s',
      async (mode) => {
        await start(`--cut-sessions=${mode}`, '--threshold=10');
        await open();
        const guess = await attacker.guess({
          family,
          from: address,
          count: names,
          gapMs: unhurriedMs,
          // The end comes to a client that waits; on a busy machine ss starts late.
          quietMs: patienceMs / 2,
        });
        // How soon, spine.test.ts asks.
        expect(guess.answers.length).toBeLessThan(names);
        expect(guess.closed).toBe(true);
        await until('the children to end', async () => (await children(address)).length === 0);
        await allClosed();
      },
    );

    test('a connection that the listener takes only after the block has its process ended', async () => {
      await start('--cut-sessions=processes');
      const listed = await lab.relay.sh('ps', ['-eo', 'pid,args', '--no-headers']);
      const listener = /^\s*(\d+) sendmail: MTA: accepting/m.exec(listed)?.[1] ?? '';
      await lab.relay.sh('kill', ['-STOP', listener]);
      try {
        const waiting = await attacker.open({family, from: address, helo: false, timeoutMs: 300});
        expect(waiting).toMatchObject({connected: true, banner: null});
        opened.push(waiting.session);
        await block(address);
      } finally {
        await lab.relay.sh('kill', ['-CONT', listener]);
      }
      await daemon.waitFor(/notice cut .*: sendmail process \d+$/);
      await until('the child to end', async () => (await children(address)).length === 0);
      await allClosed();
    });

    test('none: the packets are dropped, and the child waits', async () => {
      await start('--cut-sessions=none');
      const session = await open();
      await block(address);
      expect(await attacker.say(session, 'NOOP', 500)).toEqual({line: null, closed: false});
      expect(await children(address)).toHaveLength(1);
      expect(daemon.text).not.toMatch(/ cut /);
    });

    test('a block that stands when the daemon starts ends what was opened meanwhile', async () => {
      await start();
      await block(address);
      await daemon.stop(); // and takes its rules along
      await open();
      await start();
      await until('the child to end', async () => (await children(address)).length === 0);
      await allClosed();
    });

    test('without a daemon, the command does it', async () => {
      await start();
      await daemon.stop();
      await open();
      await block(address);
      expect(await children(address)).toEqual([]);
      await allClosed();
      await lab.relay.blocksmtp(['unblock', address]);
    });

    test('a dry run only says what it would do', async () => {
      await start('--dry-run', '--threshold=10');
      const guess = await attacker.guess({family, from: address, count: 20, gapMs: 20, keep: true});
      opened.push(guess.session ?? 0);
      expect(guess).toMatchObject({silent: false, closed: false});
      const line = await daemon.waitFor(/would cut /);
      expect(line).toMatch(/would cut .*: sendmail process \d+, socket$/);
      expect((await attacker.say(guess.session ?? 0, 'NOOP')).line).toMatch(/^250 /);
    });
  });
}
