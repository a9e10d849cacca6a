/**
 * The greeting as a whole: the daemon, the gate and a real sendmail in one relay, and the kernel's own rules that lead
 * unknown clients to the gate. Each part alone has tests of its own.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {fewestAnswers, unhurriedMs} from './lab/client.js';
import {clients, threshold, World} from './lab/greeting-world.js';
import {addressOf, Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

/** Half a minute, and what a busy machine takes to look. Ms. */
const withinMs = 45_000;

describe('the greeting', () => {
  let gated: World;
  let strict: World;

  beforeAll(async () => {
    [gated, strict] = await Promise.all([
      World.start('greeting-gate', 'gate', 'nftables'),
      World.start('greeting-strict', 'strict', 'ipset'),
    ]);
  });
  afterAll(() => Lab.stopAll());

  test('a client that waits is handed over, counts under its own address, and waits no second time', async () => {
    const client = gated.client('known');
    const {session, banner, port} = await client.open();
    expect(banner).toMatch(/^220 relay/);
    expect(await gated.servedAt(port)).toBe('2500');
    await client.say(session, 'MAIL FROM:<someone@example.org>');
    const {answers} = await client.guess({session, names: ['nosuchuser'], keep: false});
    expect(answers[0]?.line).toMatch(/^550 5\.1\.1 /);
    const address = addressOf(clients.known)[4];
    const why = await until('the name counts', async () => {
      const text = await gated.ask('why', address);
      return text.includes('nosuchuser') && text.includes('goes straight to the mailer') && text;
    });
    expect(why).toContain('it has waited for the greeting');
    expect(await gated.reaches('known')).toBe('25');
    expect(await gated.ask('status')).toContain('of its clients: 1 handed over, 0 early');
  });

  test('its mail arrives through the gate in the other family, too', async () => {
    const sent = {family: 6, to: 'alice@example.net', text: 'waited in IPv6'} as const;
    expect(await gated.client('known').deliver(sent)).toMatchObject({accepted: true});
    const box = await gated.lab.relay.mailbox('alice', 'waited in IPv6');
    expect(box).toContain('[IPv6:2001:db8:0:0:0:0:0:40]');
  });

  test('an early talker hears 554, and that counts', async () => {
    const bytes = 'EHLO bot.example.org\r\n';
    const acts = [{afterMs: 100, kind: 'say', bytes}] as const;
    const [knocked] = await gated.client('talker').knock([{acts}]);
    expect(knocked?.text).toMatch(/^554 5\.5\.0 /);
    const why = await until('early talk counts', async () => {
      const text = await gated.ask('why', addressOf(clients.talker)[4]);
      return text.includes('it spoke before the greeting 1 time') && text;
    });
    expect(why).toContain('EHLO bot.example.org');
    expect(gated.daemon.text).not.toContain(`block ${addressOf(clients.talker)[4]} `);
  });

  test('under strict it is blocked, and gets no answer', async () => {
    const acts = [{afterMs: 100, kind: 'say', bytes: 'EHLO bot\r\n'}] as const;
    const talker = strict.client('talker');
    const [knocked] = await talker.knock([{acts}]);
    expect(knocked?.text).toMatch(/^554 5\.5\.0 /);
    await strict.daemon.waitFor(/notice block 192\.0\.2\.41 /);
    await until('the block stands', async () => (await strict.ask('list')).includes('192.0.2.41'));
    expect((await talker.open({timeoutMs: 1500})).connected).toBe(false);
    expect(await strict.reaches('known')).toBe('2500');
  });

  test('a session that the gate began is cut when its client is blocked', async () => {
    const client = gated.client('guesser');
    const {session, port} = await client.open();
    expect(await gated.servedAt(port)).toBe('2500');
    await client.say(session, 'MAIL FROM:<someone@example.org>');
    const guess = await client.guess({session, count: 60, gapMs: unhurriedMs, keep: true});
    expect(guess).toMatchObject({silent: true, closed: true});
    expect(guess.answers.length).toBeGreaterThanOrEqual(fewestAnswers(threshold));
    expect(guess.answers.length).toBeLessThanOrEqual(threshold + 3);
    const line = await gated.daemon.waitFor(/192\.0\.2\.42.*sendmail process \d+/);
    expect(line).toContain('192.0.2.42');
    await until(
      'its process ends',
      async () => (await gated.sessionsOf('192.0.2.42')).length === 0,
    );
    expect((await client.open({timeoutMs: 1500})).connected).toBe(false);
    expect(await gated.reaches('known')).toBe('25');
  });

  test('without the gate, or without the daemon, all reach the mailer within half a minute', async () => {
    await strict.waitsOnce('guesser');
    const ends = [
      {world: gated, known: 'known', killed: gated.gate},
      {world: strict, known: 'guesser', killed: strict.daemon},
    ] as const;
    await Promise.all(
      ends.map(async ({world, known, killed}) => {
        await killed.stop('SIGKILL');
        const looks = async (): Promise<boolean> => {
          // One that is known never notices.
          expect(await world.reaches(known)).toBe('25');
          return (await world.reaches('fresh')) === '25';
        };
        await until('an unknown client reaches the mailer', looks, withinMs);
        expect(await world.reaches(known)).toBe('25');
      }),
    );
    const sent = {to: 'bob@example.net', text: 'without a gate'};
    // The daemon may have been late with its renewal, and lead to the gate for some seconds more.
    const takes = async (): Promise<boolean> =>
      (await gated.client('fresh').deliver(sent)).accepted;
    await until('its mail is taken', takes, withinMs);
  });
});
