/**
 * The spine, on real parts: sendmail logs, blocksmtp decides, the kernel drops. A guesser is cut off
 * in its open session, an innocent client is served throughout, a whitelisted one is never touched,
 * and when the block is over the client may come back. Its second block is a long one.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {type Client, type Family, fewestAnswers, unhurriedMs} from './lab/client.js';
import type {Daemon} from './lab/daemon.js';
import {Lab, type LabOptions} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

const CHAIN = 'SPAM_UNAME_GUESSERS';
const THRESHOLD = 10;
const BLOCK_SECONDS = 4;
/** After a first block the score begins at half the threshold, and a name counts a quarter. A count. */
const SECOND_CHANCE = (THRESHOLD / 2) * 4;

/** `tcp` or `6`: iptables itself changed how it writes the protocol. */
const TCP = '(?:tcp|6)';
const ANY = {4: '0\\.0\\.0\\.0/0', 6: '::/0'};
const OPT = {4: ' +-- +', 6: ' +(?:-- +)?'};

type Case = {name: string; family: Family; options: Omit<LabOptions, 'id'>};
const cases: Case[] = [
  {name: 'IPv4', family: 4, options: {}},
  {name: 'IPv6', family: 6, options: {stamps: 'bsd'}},
  {name: 'IPv4 on a dual-stack socket', family: 4, options: {stamps: 'bsd', mappedIpv4: true}},
];

for (const {name, family, options} of cases) {
  describe(`a guesser on a real sendmail, ${name}`, () => {
    let lab: Lab;
    let daemon: Daemon;
    let attacker: Client;
    let innocent: Client;
    let session: number;
    let blockedAt: number;

    beforeAll(async () => {
      lab = await Lab.start({...options, id: `spine-${name.replace(/\W/g, '')}`});
      attacker = lab.client('attacker');
      innocent = lab.client('innocent');
      const friends = `# our own\n${lab.client('whitelisted').addresses[4]}/32\n2001:db8::20\n`;
      await lab.relay.write('/etc/blocksmtp.whitelist', friends);
      // an administrator's rule that would let every open session through
      const established = ['-m', 'state', '--state', 'ESTABLISHED', '-j', 'ACCEPT'];
      await lab.relay.iptables(4, '-A', 'INPUT', ...established);
      await lab.relay.iptables(6, '-A', 'INPUT', ...established);
      daemon = lab.relay.daemon([
        `--threshold=${String(THRESHOLD)}`,
        `--block-time=${String(BLOCK_SECONDS)}s`,
        '--debug=3',
      ]);
      await daemon.ready();
      await lab.relay.hooked();
    });
    afterAll(() => Lab.stopAll());

    const drops = async (): Promise<string[]> =>
      (await lab.relay.iptables(family, '-S', CHAIN)).split('\n').filter((l) => l.startsWith('-A'));

    const delivers = async (text: string): Promise<void> => {
      const sent = await innocent.deliver({family, to: 'alice@example.net', text});
      expect(sent).toEqual({accepted: true, line: expect.stringMatching(/^250 /)});
      await lab.relay.mailbox('alice', text);
    };

    test('before: the innocent delivers', () => delivers(`before ${name}`));

    test('the guesser gets at most threshold + 3 answers in its one session', async () => {
      const guess = await attacker.guess({
        family,
        count: 60,
        gapMs: unhurriedMs,
        keep: true,
      });
      blockedAt = Date.now();
      session = guess.session ?? 0;
      expect(guess).toMatchObject({connected: true, silent: true, closed: true});
      expect(guess.answers.length).toBeGreaterThanOrEqual(fewestAnswers(THRESHOLD));
      expect(guess.answers.length).toBeLessThanOrEqual(THRESHOLD + 3);
      expect(new Set(guess.answers.map(({line}) => line.slice(0, 9)))).toEqual(
        new Set(['550 5.1.1']),
      );
    });

    test('the chain is listed as promised', async () => {
      const client = attacker.addresses[family].replaceAll('.', '\\.');
      const input = (await lab.relay.iptables(family, '-L', 'INPUT', '-n')).split('\n');
      const any = ANY[family];
      // first of all rules, before the one that accepts established connections
      expect(input[2]).toMatch(
        new RegExp(`^${CHAIN} +${TCP}${OPT[family]}${any} +${any} +tcp dpt:25$`),
      );
      const chain = (await lab.relay.iptables(family, '-L', CHAIN, '-n')).split('\n');
      expect(chain[0]).toBe(`Chain ${CHAIN} (1 references)`);
      expect(chain[1]).toMatch(/^target +prot opt source +destination/);
      expect(chain.slice(2)).toEqual([
        expect.stringMatching(
          new RegExp(`^DROP +${TCP}${OPT[family]}${client} +${any} +tcp dpt:25$`),
        ),
      ]);
    });

    test('during: the session is dead, a new one too, the innocent delivers', async () => {
      expect(await attacker.say(session, 'NOOP', 300)).toEqual({line: null, closed: true});
      expect((await attacker.open({family, timeoutMs: 300})).connected).toBe(false);
      await delivers(`during ${name}`);
      expect(await drops()).toHaveLength(1);
      await attacker.close(session);
    });

    test('the whitelisted client may guess three times as many', async () => {
      const friend = lab.client('whitelisted');
      const guess = await friend.guess({family, count: 3 * THRESHOLD});
      expect(guess).toMatchObject({silent: false, closed: false});
      expect(guess.answers).toHaveLength(3 * THRESHOLD);
      const sent = await friend.deliver({family, to: 'bob@example.net', text: `friend ${name}`});
      expect(sent.accepted).toBe(true);
      expect(daemon.text).not.toMatch(new RegExp(`block ${friend.addresses[family]} `));
    });

    test('after: the rule is gone, the client can connect', async () => {
      await until('the rule to go', async () => (await drops()).length === 0);
      const lasted = (Date.now() - blockedAt) / 1000;
      // A block without end would stand much longer, whatever keeps the machine busy.
      expect(lasted).toBeLessThan(10 * BLOCK_SECONDS);
      const again = await attacker.open({family});
      expect(again.connected).toBe(true);
      await attacker.close(again.session);
      await delivers(`after ${name}`);
    });

    test('in its second chance it gets at most 20 names, and the second block is 24 times as long', async () => {
      const from = daemon.stderr.length;
      const guess = await attacker.guess({family, count: 60, gapMs: unhurriedMs});
      expect(guess.silent).toBe(true);
      expect(guess.answers.length).toBeLessThanOrEqual(SECOND_CHANCE + 3);
      const line = await daemon.waitFor(/notice block /, from);
      expect(line).toContain(attacker.addresses[family]);
      expect(line).toMatch(/ for 96s \(block no\. 2\)/);
      expect(await drops()).toHaveLength(1);
      // A minute and a half is too long to wait for: the operator ends it.
      const {code} = await lab.relay.blocksmtp(['unblock', attacker.addresses[family]]);
      expect(code).toBe(0);
      await until('the rule to go', async () => (await drops()).length === 0);
    });

    test('the other family was never touched, and nothing went wrong', async () => {
      const other = family === 4 ? 6 : 4;
      expect(await lab.relay.iptables(other, '-S', CHAIN)).toBe(`-N ${CHAIN}`);
      expect(daemon.stderr.filter((line) => / (error|warning) /.test(line))).toEqual([]);
      expect(await daemon.stop()).toEqual({code: 0, signal: null});
    });
  });
}
