/**
 * Attacks on the judge, on a real sendmail: credit for mail that was never sent, senders who would
 * make blocking stop, and an innocent server as a mirror. None of them gains anything, and nobody but
 * the attacker is blocked.
 */
import {afterAll, beforeAll, beforeEach, expect, test} from '@jest/globals';
import {type Client, fewestAnswers, unhurriedMs} from './lab/client.js';
import type {Daemon} from './lab/daemon.js';
import type {Conversation, Step} from './lab/dialog.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

const CHAIN = 'SPAM_UNAME_GUESSERS';
const THRESHOLD = 10;
/** Answers that may come after the one that convicts, while the rule is made. A count. */
const LATE = 8;
/** What names that seem to be accepted can postpone a verdict to, in one session (docs/how-it-decides.md). Names. */
const MOST = 50;

/** Known names: details of one mailbox. */
const known = (count: number): string[] =>
  Array.from({length: count}, (_, i) => `alice+${String(i)}`);
const unknown = (prefix: string, count: number): string[] =>
  Array.from({length: count}, (_, i) => `${prefix}${String(i)}`);
const rcpt = (name: string): string => `RCPT TO:<${name}@example.net>`;

/** Time for the daemon to act on one name before the next. */
const calmly = (commands: readonly string[]): Step[] =>
  commands.flatMap((command) => [command, {kind: 'pause', ms: unhurriedMs}]);

const answered = ({answers}: Conversation): number =>
  answers.filter(({line}) => /^550 5\.1\.1/.test(line ?? '')).length;

describe('an attacker that knows the rules of the judge', () => {
  let lab: Lab;
  let daemon: Daemon;
  const clients = {
    ...{buyer: 60, padder: 61, quitter: 62, detailer: 63, nullGuesser: 64},
    ...{one: 71, two: 72, three: 73, mirror: 80, innocent: 10},
  };

  beforeAll(async () => {
    lab = await Lab.start({id: 'attacks', clients});
    await lab.relay.write('/etc/blocksmtp.whitelist', '');
    daemon = lab.relay.daemon(['--debug=3']);
    await daemon.ready();
    await lab.relay.hooked();
  });
  afterAll(() => Lab.stopAll());
  let from = 0;
  beforeEach(() => {
    from = daemon.stderr.length;
  });

  const dropped = async ({addresses}: Client): Promise<boolean> =>
    (await lab.relay.iptables(4, '-S', CHAIN)).includes(`-s ${addresses[4]}/32 `);

  test('buys no more with SIZE=1 and RSET than with known names in between: fifty names', async () => {
    const buyer = lab.client('buyer');
    const talk = await buyer.dialog({
      steps: [
        'EHLO x.example.org',
        'MAIL FROM:<a@example.org> SIZE=1',
        ...known(220).map(rcpt),
        'RSET',
        {kind: 'pause', ms: 400},
        'MAIL FROM:<a@example.org>',
        ...calmly(unknown('bought', 70).map(rcpt)),
        'QUIT',
      ],
      timeoutMs: 10_000,
    });
    await until('the block', () => dropped(buyer));
    expect(answered(talk)).toBeGreaterThanOrEqual(fewestAnswers(THRESHOLD));
    expect(answered(talk)).toBeLessThanOrEqual(MOST + LATE);
  });

  test('buys none over several envelopes either', async () => {
    const padder = lab.client('padder');
    const envelope = (count: number, prefix: string): Step[] => [
      'MAIL FROM:<a@example.org> SIZE=1',
      ...known(20).map(rcpt),
      ...calmly(unknown(prefix, count).map(rcpt)),
      'RSET',
      {kind: 'pause', ms: 400},
    ];
    const talk = await padder.dialog({
      steps: ['EHLO x.example.org', ...unknown('round', 4).flatMap((name) => envelope(5, name))],
      timeoutMs: 10_000,
    });
    await until('the block', () => dropped(padder));
    expect(answered(talk)).toBeLessThanOrEqual(THRESHOLD + LATE);
  });

  test('buys no more by hanging up in the middle of a message either', async () => {
    const client = lab.client('quitter');
    const envelope = (end: Step[]): Step[] => [
      'MAIL FROM:<a@example.org>',
      ...['alice', 'postmaster', 'alice+1', '"alice"'].map(rcpt),
      ...end,
    ];
    const hangsUp = (end: Step[]): Promise<Conversation> =>
      client.dialog({steps: ['EHLO x.example.org', ...envelope(end)], timeoutMs: 5000});
    for (let i = 0; i < 3; i++) {
      await hangsUp(['DATA']);
      await hangsUp(['DATA', {kind: 'bytes', bytes: 'Subject: x\r\n\r\nhalf of it', answers: 0}]);
      await hangsUp(['RSET']);
      await hangsUp(['DATA', {kind: 'bytes', bytes: `${'x'.repeat(3000)}\r\n`, answers: 0}]);
    }
    const talk = await client.dialog({
      steps: [
        'EHLO x.example.org',
        'MAIL FROM:<a@example.org> SIZE=99999',
        ...known(40).map(rcpt),
        'RSET',
        {kind: 'pause', ms: 400},
        'MAIL FROM:<a@example.org>',
        ...calmly(unknown('hungup', 70).map(rcpt)),
      ],
      timeoutMs: 10_000,
    });
    await until('the block', () => dropped(client));
    expect(answered(talk)).toBeLessThanOrEqual(MOST + LATE);
  });

  test('gets one name of credit for a message to many names of one mailbox', async () => {
    const client = lab.client('detailer');
    const talk = await client.dialog({
      steps: [
        'EHLO x.example.org',
        'MAIL FROM:<a@example.org>',
        ...known(60).map(rcpt),
        ...['Alice', '"alice"', 'alice(x)', '(y)alice'].map(rcpt),
        'DATA',
        'Subject: x\r\n\r\nx\r\n.',
        {kind: 'pause', ms: 1500},
        'MAIL FROM:<a@example.org>',
        ...calmly(unknown('detailed', 80).map(rcpt)),
      ],
      timeoutMs: 10_000,
    });
    expect(
      talk.answers.filter(({line}) => /^250 2\.0\.0 .*accepted/.test(line ?? '')),
    ).toHaveLength(1);
    await until('the block', () => dropped(client));
    // What that one name is worth, three, comes on top.
    expect(answered(talk)).toBeLessThanOrEqual(MOST + 3 + LATE);
  });

  test('three addresses that had names accepted cannot make blocking stop', async () => {
    const three = ['one', 'two', 'three'].map((name) => lab.client(name));
    for (const client of three) {
      const prepared = await client.dialog({
        steps: ['EHLO x', 'MAIL FROM:<a@example.org> SIZE=1', rcpt('alice'), 'RSET', 'QUIT'],
        timeoutMs: 5000,
      });
      expect(prepared.answers[2]?.line).toMatch(/^250 /);
      // And one of them sends a real mail, too.
      if (client.name === 'one') {
        const sent = await client.deliver({to: 'alice@example.net', text: 'for credit'});
        expect(sent.accepted).toBe(true);
      }
    }
    for (const client of three) {
      await client.guess({count: 16, gapMs: unhurriedMs});
      await until('the block', () => dropped(client));
    }
    expect(daemon.stderr.slice(from).join('\n')).not.toMatch(/blocking is stopped/);
  });

  test.each(['bounce', 'callout'])(
    'an innocent server that answers ten forged mails with a %s is not blocked',
    async (how) => {
      const mirror = lab.client('mirror');
      for (const name of unknown(`ghost-${how}`, 11)) {
        const {answers} = await mirror.dialog({
          steps: ['EHLO mx.example.org', 'MAIL FROM:<>', rcpt(name), 'RSET', 'QUIT'],
          timeoutMs: 5000,
        });
        expect(answers[2]?.line).toMatch(/^550 5\.1\.1/);
      }
      await daemon.waitFor(new RegExp(`asked for <ghost-${how}10@`), from);
      const sent = await mirror.deliver({to: 'alice@example.net', text: `after ${how}`});
      expect(sent.accepted).toBe(true);
      expect(await dropped(mirror)).toBe(false);
    },
  );

  test('beside it a guesser with the null sender is blocked, though it delivers', async () => {
    const client = lab.client('nullGuesser');
    const sent = await client.deliver({to: 'alice@example.net', text: 'for credit'});
    expect(sent.accepted).toBe(true);
    const names = unknown('empty', 120);
    const talk = await client.dialog({
      steps: [
        'EHLO mx.example.org',
        ...names.flatMap((name): Step[] => [
          'MAIL FROM:<>',
          rcpt(name),
          'RSET',
          {kind: 'pause', ms: 30},
        ]),
      ],
      whenSilent: 'hangUp',
      timeoutMs: 5000,
    });
    await until('the block', () => dropped(client));
    expect(answered(talk)).toBeLessThan(names.length);
  });

  test('the innocent client was served, and nothing went wrong', async () => {
    const sent = await lab.client('innocent').deliver({to: 'alice@example.net', text: 'at last'});
    expect(sent.accepted).toBe(true);
    expect(daemon.stderr.filter((line) => / (error|warning) /.test(line))).toEqual([]);
    expect(await daemon.stop()).toEqual({code: 0, signal: null});
  });
});
