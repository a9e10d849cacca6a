/**
 * The reaper on a real sendmail: ends children that wait too long for a command, and nobody else;
 * not the listener, not a young child, not a process that only calls itself so.
 */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import type {Daemon} from './lab/daemon.js';
import {Lab} from './lab/lab.js';
import type {Relay} from './lab/relay.js';
import {requireLab} from './lab/require.js';
import {sleep, until} from './lab/until.js';

const {describe} = await requireLab();

const TITLE = 'sendmail: MTA: server x [203.0.113.9] cmd read';
const EVERY_SECOND = ['--reap-schedule=* * * * * *', '--max-runtime-cmd-read=3s'];

describe('the reaper', () => {
  let lab: Lab;
  let relay: Relay;

  beforeEach(async () => {
    lab = await Lab.start({id: 'reaper'});
    relay = lab.relay;
  }, 180_000);
  afterEach(() => Lab.stopAll());

  const titles = async (): Promise<string[]> =>
    (await relay.sh('ps', ['-eo', 'args', '--no-headers'])).split('\n');

  /** Processes with a sendmail child's title: one with root's perl, one with a user's `sendmail`. */
  async function decoys(): Promise<Daemon[]> {
    const script = `$0 = '${TITLE}'; sleep 60`;
    await relay.sh('install', [
      '-o',
      'alice',
      '-m',
      '755',
      '/usr/bin/perl',
      '/home/alice/sendmail',
    ]);
    const started = [
      relay.start('perl', ['-e', script]),
      relay.start('/home/alice/sendmail', ['-e', script], {user: 'alice'}),
    ];
    await until('the decoys', async () => (await titles()).filter((t) => t === TITLE).length === 2);
    return started;
  }

  test.each([4, 6] as const)(
    'a stuck client is ended, a young one, the listener and decoys are not (IPv%i)',
    async (family) => {
      const fakes = await decoys();
      const silent = await lab.client('attacker').stuck({family});
      const between = await lab.client('attacker').open({family});
      await lab.client('attacker').say(between.session, 'MAIL FROM:<a@example.org>');
      expect((await titles()).filter((title) => title.endsWith('cmd read'))).toHaveLength(4);
      const daemon = relay.daemon(EVERY_SECOND);
      await sleep(2000);
      const young = await lab.client('innocent').open({family});

      for (const {session} of [silent, between]) {
        await until(
          'the stuck session to end',
          async () => (await lab.client('attacker').state(session)).closed,
        );
      }
      // asked at once, before it is old itself
      expect((await lab.client('innocent').state(young.session)).closed).toBe(false);
      const address = lab.client('attacker').addresses[family];
      await daemon.waitFor(
        new RegExp(` notice reap sendmail process \\d+ of ${address}, .*SIGTERM`),
      );
      expect(daemon.stderr.filter((line) => line.includes(' reap '))).toHaveLength(2);

      await lab.client('innocent').close(young.session);
      await sleep(6000); // the grace after which SIGKILL would come
      expect(fakes.map((fake) => fake.running)).toEqual([true, true]);
      expect(await titles()).toContain('sendmail: MTA: accepting connections');
      const sent = await lab
        .client('innocent')
        .deliver({family, to: 'bob@example.net', text: 'still here'});
      expect(sent.accepted).toBe(true);
      expect(daemon.text).not.toMatch(/203\.0\.113\.9/);
    },
  );

  test('a dry run only says whom it would end', async () => {
    const {session} = await lab.client('attacker').stuck();
    const daemon = relay.daemon(['--dry-run', ...EVERY_SECOND]);
    await daemon.waitFor(/would reap sendmail process \d+ of 192\.0\.2\.66/, 8000);
    await sleep(500);
    expect((await lab.client('attacker').state(session)).closed).toBe(false);
  });
});
