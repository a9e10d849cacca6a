/**
 * Guessers at full speed: more lines in a moment than can be looked into one by one. How many
 * answers they get is the benchmark's business; that the daemon keeps up with the log is this one's. And honest
 * clients that are as fast.
 */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import {unhurriedMs} from './lab/client.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

const CHAIN = 'SPAM_UNAME_GUESSERS';

describe('a guesser at full speed', () => {
  let lab: Lab;

  beforeEach(async () => {
    lab = await Lab.start({id: 'flood'});
    await lab.relay.daemon().ready();
    await lab.relay.hooked();
  });
  afterEach(() => Lab.stopAll());

  const blocked = async (address: string): Promise<boolean> =>
    (await lab.relay.iptables(4, '-S', CHAIN)).includes(`-s ${address}/32 `);

  test.each([
    ['in one envelope', true],
    ['with an envelope for each name', false],
  ])('%s is blocked', async (_, oneEnvelope) => {
    await lab.client('attacker').guess({count: 500, oneEnvelope});
    await until('the block', () => blocked('192.0.2.66'));
  });

  test('thousands of envelopes do not keep the daemon from the next guesser', async () => {
    // The session stays open when it is cut off, so every envelope's process is still there to be
    // asked about: at 10 ms a question, three thousand would take half a minute.
    await lab.client('attacker').guess({count: 3000, oneEnvelope: false, keep: true});
    const next = await lab.client('innocent').guess({count: 60, gapMs: unhurriedMs});
    expect(next.answers.length).toBeLessThan(40);
    expect((await lab.relay.blocksmtp(['list'])).stdout).toContain('192.0.2.10');
  });

  test('all in one write is blocked too, and an innocent is served meanwhile', async () => {
    const [, sent] = await Promise.all([
      lab.client('attacker').pipeline({count: 500}),
      lab.client('innocent').deliver({to: 'alice@example.net', text: 'in the flood'}),
    ]);
    expect(sent.accepted).toBe(true);
    await until('the block', () => blocked('192.0.2.66'));
    expect(await blocked('192.0.2.10')).toBe(false);
  });

  /** One name in three is dead. */
  const list = Array.from({length: 90}, (_, i) =>
    i % 3 === 2 ? `gone${String(i)}` : `member${String(i)}`,
  );

  test('an honest list with dead names gets all its answers at full speed, however it is sent', async () => {
    const users = list.filter((name) => name.startsWith('member'));
    const rows = users.map((name, i) => `${name}:x:${String(3000 + i)}:100::/:/bin/false\n`);
    await lab.relay.append('/etc/passwd', rows.join(''));
    const client = lab.client('innocent');
    for (let round = 0; round < 4; round++) {
      const from = `192.0.2.${String(100 + round)}`;
      await client.addAddress(from);
      const options = {from, names: list, oneEnvelope: true, gapMs: 0};
      const sent = await (round % 2 === 0 ? client.guess(options) : client.pipeline(options));
      const dead = sent.answers.filter(({line}) => line.includes('User unknown'));
      expect([sent.answers.length, dead.length]).toEqual([list.length, 30]);
    }
  });
});
