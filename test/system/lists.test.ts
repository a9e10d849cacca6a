/**
 * Mailing lists at their first contact, with dead names among the live ones: each sends a whole session, its message
 * is taken, and nobody is blocked afterwards. What makes them look like guessers is different in each: answers that
 * the mailer holds back, names before the first refusal, a long opening, a daemon that comes late.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import type {Daemon} from './lab/daemon.js';
import type {Step} from './lab/dialog.js';
import {unhurriedMs} from './lab/client.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {sleep} from './lab/until.js';

const {describe} = await requireLab();

const CHAIN = 'SPAM_UNAME_GUESSERS';
const USERS = 150;
const message: readonly Step[] = ['DATA', 'Subject: x\r\n\r\nhello\r\n.'];
const rcpt = (name: string): string => `RCPT TO:<${name}@example.net>`;
/** All in one write: the client waits for no answer. */
const together = (names: readonly string[]): Step => ({
  kind: 'bytes',
  bytes: names.map((name) => `${rcpt(name)}\r\n`).join(''),
  answers: names.length,
});

describe('a list with dead names, at its first contact,', () => {
  let lab: Lab;
  let daemon: Daemon;
  let clients = 100;

  beforeAll(async () => {
    lab = await Lab.start({id: 'lists'});
    const rows = Array.from(
      {length: USERS},
      (_, i) => `member${String(i)}:x:${String(3000 + i)}:100::/:/bin/false\n`,
    );
    await lab.relay.append('/etc/passwd', rows.join(''));
    daemon = lab.relay.daemon();
    await daemon.ready();
    await lab.relay.hooked();
  });
  afterAll(() => Lab.stopAll());

  /** A dead name after so many live ones, again and again. No dead name comes twice. */
  const list = (dead: number, live: number): string[] => {
    clients += 1;
    return Array.from({length: dead}, (_, d) => [
      ...Array.from({length: live}, (__, l) => `member${String(d * live + l)}`),
      `gone${String(clients)}x${String(d)}`,
    ]).flat();
  };

  /** @param meanwhile begins together with the session */
  async function send(steps: readonly Step[], meanwhile?: () => Promise<void>): Promise<void> {
    const from = `192.0.2.${String((clients += 1))}`;
    const client = lab.client('innocent');
    await client.addAddress(from);
    const talk = client.dialog({
      from,
      steps: ['EHLO list.example.org', ...steps, 'QUIT'],
      timeoutMs: 10_000,
      whenSilent: 'hangUp',
    });
    const [{answers}] = await Promise.all([talk, meanwhile?.()]);
    expect(answers.map(({line}) => line)).toContainEqual(
      expect.stringContaining('Message accepted'),
    );
    await allIsJudged();
    expect(await lab.relay.iptables(4, '-S', CHAIN)).not.toContain(`-s ${from}/32 `);
  }

  /** A guesser comes later in the log: when it is blocked, the daemon has judged the lines before. */
  async function allIsJudged(): Promise<void> {
    const from = `192.0.2.${String((clients += 1))}`;
    await lab.client('attacker').addAddress(from);
    await lab.client('attacker').guess({from, count: 40, gapMs: unhurriedMs});
    await daemon.waitFor(new RegExp(`block ${from.replaceAll('.', '[.]')} `));
  }

  const mail = 'MAIL FROM:<owner-list@example.org>';

  test.each([2, 4, 2, 4])('%d live names to a dead one, in one write', async (live) => {
    await send([mail, together(list(14, live)), ...message]);
  });

  test('in the second envelope of its session', async () => {
    for (let round = 0; round < 4; round++) {
      const first = [
        mail,
        rcpt(`gone${String((clients += 1))}`),
        {kind: 'pause', ms: 200},
        'RSET',
      ] as const;
      await send([...first, mail, together(list(16, 4)), ...message]);
    }
  });

  test('after a message to others', async () => {
    const first = [mail, rcpt('member0'), rcpt(`gone${String((clients += 1))}`), ...message];
    await send([...first, mail, together(list(14, 4)), ...message]);
  });

  test('with a long sender and two EHLO: a long opening', async () => {
    const sender = `${'v'.repeat(60)}@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(50)}.org`;
    for (let round = 0; round < 2; round++) {
      const opening = ['EHLO list.example.org', `MAIL FROM:<${sender}>`];
      await send([...opening, together(list(21, 3)), {kind: 'pause', ms: 300}, ...message]);
    }
  });

  test.each([60, 100])('%d live names first, and then only dead ones', async (live) => {
    const names = [...list(1, live).slice(0, live), ...list(15, 0)];
    await send([mail, ...names.map(rcpt), ...message]);
  });

  test('name by name, as many live ones as dead ones', async () => {
    await send([mail, ...list(30, 1).map(rcpt), ...message]);
  });

  test('while the daemon is held up for two seconds', async () => {
    const [first, ...others] = [`gone${String((clients += 1))}`, ...list(12, 8)];
    const pause = {kind: 'pause', ms: 600} as const;
    await send([mail, rcpt(first), pause, together(others), ...message], async () => {
      await sleep(400);
      await daemon.signal('SIGSTOP');
      await sleep(2000);
      await daemon.signal('SIGCONT');
    });
  });
});
