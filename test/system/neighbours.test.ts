/**
 * Guessers that change their address for every name: the network around them is blocked, of IPv4 and of
 * IPv6, and the kernel drops all of it; a server in it that has delivered goes on. And what a first
 * start learns of a rotated log, packed as logrotate packs it.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {gzipSync} from 'node:zlib';
import {writeFile} from 'node:fs/promises';
import {type Client, type Family, unhurriedMs} from './lab/client.js';
import type {Daemon} from './lab/daemon.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {sleep, until} from './lab/until.js';

const {describe} = await requireLab();

const CHAIN = 'SPAM_UNAME_GUESSERS';
const USERS = ['alice', 'bob', 'root'];
/** A list server of which only the old log tells. */
const LISTED = '198.51.100.250';

/** Four days ago, on two days: what a server delivered to nine users. */
function oldLog(): string {
  const lines = Array.from({length: 9}, (_, i) => {
    const at = new Date(Date.now() - (i < 5 ? 4 : 3) * 86_400_000).toISOString();
    const head = `${at} relay sm-mta[${String(70 + i)}]: 6A00000a00007${String(i)}:`;
    const fields = 'size=500, class=0, nrcpts=1, proto=ESMTP, daemon=MTA-v4';
    return [
      `${head} from=<list@example.org>, ${fields}, relay=[${LISTED}]`,
      `${head} to=<reader${String(i)}@example.net>, delay=00:00:00, mailer=local, pri=30500, dsn=2.0.0, stat=Sent`,
    ];
  });
  return `${lines.flat().join('\n')}\n`;
}

/** One guesser more than the bar has names: a minute later each name weighs a little less. */
interface Place {
  readonly family: Family;
  readonly blocked: string;
  readonly guessers: readonly string[];
  readonly member: string;
  readonly stranger: string;
}
const places: readonly Place[] = [
  {
    family: 4,
    blocked: '203.0.113.0/24',
    guessers: Array.from({length: 9}, (_, i) => `203.0.113.${String(60 + i)}`),
    member: '203.0.113.10',
    stranger: '203.0.113.99',
  },
  {
    family: 6,
    blocked: '2001:db8:77::/48',
    guessers: Array.from({length: 9}, (_, i) => `2001:db8:77:${String(i + 1)}00::66`),
    member: '2001:db8:77:a00::10',
    stranger: '2001:db8:77:b00::99',
  },
];

describe('networks and old logs', () => {
  let lab: Lab;
  let daemon: Daemon;
  let attacker: Client;
  let member: Client;

  beforeAll(async () => {
    lab = await Lab.start({id: 'neighbours', clients: {attacker: 66, member: 10}});
    attacker = lab.client('attacker');
    member = lab.client('member');
    for (const place of places) {
      await lab.reach(place.blocked);
      await member.addAddress(place.member);
      await attacker.addAddresses([...place.guessers, place.stranger]);
    }
    await lab.relay.write('/etc/blocksmtp.whitelist', '');
    await writeFile(lab.relay.path('/var/log/mail.log.2.gz'), gzipSync(oldLog()));
    daemon = lab.relay.daemon(['--debug=3']);
    await daemon.ready();
    await lab.relay.hooked();
  });
  afterAll(() => Lab.stopAll());

  const why = async (address: string): Promise<string> =>
    (await lab.relay.blocksmtp(['why', '--no-names', address])).stdout;

  const connects = async (client: Client, {family}: Place, from: string): Promise<boolean> => {
    const {connected, session} = await client.open({family, from, timeoutMs: 3000});
    if (connected) await client.close(session);
    return connected;
  };

  test('the first start has learnt from the packed log which clients delivered to whom', async () => {
    expect(daemon.text).toMatch(/notice learnt from 3 old logs .*: 10 recipients that took mail/);
    const known = await why(LISTED);
    expect(known).toMatch(
      /^for it: delivered to 9 recipients on 2 days, last \S+; a mailer with a record$/m,
    );
    expect(known).toMatch(/^score -\d/m);
    expect((await lab.relay.blocksmtp(['status'])).stdout).not.toMatch(/learning until/);
  });

  test.each(places)(
    'a name from each address blocks $blocked, and the kernel drops it',
    async (place) => {
      const {family, guessers, blocked, stranger} = place;
      expect(await connects(attacker, place, stranger)).toBe(true);
      const from = daemon.stderr.length;
      let answers = 0;
      for (const address of guessers) {
        answers += (await attacker.guess({family, from: address, count: 1})).answers.length;
        // The network is judged when the envelope has ended, and the process is frozen for a moment before.
        await sleep(unhurriedMs);
      }
      // The last of them may have a block of its own, a moment before.
      const told = await daemon.waitFor(new RegExp(` notice block ${blocked} for 1d `), from);
      expect(told).toMatch(/unknown names by \d clients of it/);
      expect(answers).toBeLessThanOrEqual(9);
      await until('the rule', async () =>
        (await lab.relay.iptables(family, '-S', CHAIN)).includes(`-s ${blocked} `),
      );
      // A client that has never spoken is dropped with them; so are they.
      expect(await connects(attacker, place, stranger)).toBe(false);
      expect(await connects(attacker, place, guessers[0]!)).toBe(false);
      expect(await why(stranger)).toContain(`inside of ${blocked}, blocked from`);
      expect((await lab.relay.blocksmtp(['unblock', blocked])).code).toBe(0);
      await until('the rule to go', async () => connects(attacker, place, stranger));
    },
  );

  test.each(places)(
    'where a server has delivered $blocked is not blocked, and its guessers are',
    async (place) => {
      const {family, guessers, blocked} = place;
      for (const user of USERS) {
        const mail = {family, from: place.member, to: `${user}@example.net`, text: `to ${user}`};
        expect((await member.deliver(mail)).accepted).toBe(true);
      }
      await until('its mail to be noted', async () =>
        (await why(place.member)).includes('delivered to 3 recipients'),
      );
      const from = daemon.stderr.length;
      for (const address of [...guessers, ...guessers]) {
        const where = {family, from: address, count: 1, gapMs: unhurriedMs};
        await attacker.guess(where);
      }
      await daemon.waitFor(/ notice block \S+ for /, from);
      const text = daemon.stderr.slice(from).join('\n');
      expect(text).not.toContain(` block ${blocked} `);
      expect(await connects(member, place, place.member)).toBe(true);
      const last = guessers.at(-1)!;
      await until('the last to be dropped', async () => !(await connects(attacker, place, last)));
    },
  );

  test('nothing went wrong', async () => {
    expect(daemon.stderr.filter((line) => / (error|warning) /.test(line))).toEqual([]);
    expect(await daemon.stop()).toEqual({code: 0, signal: null});
  });
});
