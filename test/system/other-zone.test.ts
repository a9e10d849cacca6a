/**
 * The built program with real rules, beside a log whose stamps are of another zone: a client that
 * guesses now is blocked now. And a queue of old lines that arrives late blocks nobody.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {appendFileSync, existsSync} from 'node:fs';
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import {temporary} from '../cli/built.js';
import {describeInNamespace} from '../support/kernel/namespace.js';
import {queueId} from './lab/queue-id.js';
import {until} from './lab/until.js';

const chain = 'SPAM_UNAME_GUESSERS';
const client = '203.0.113.7';
const hourMs = 3_600_000;

describeInNamespace('a log in another zone', 'default', (namespace) => {
  let files: ReturnType<typeof temporary>;
  let daemon: ChildProcess;
  let said = '';

  beforeEach(async () => {
    if (!existsSync('dist/blocksmtp.js')) throw new Error('needs npm run build');
    files = temporary();
    said = '';
    const settings = [
      `--config=${files.write('c.toml', '')}`,
      `--white-list=${files.write('whitelist', '')}`,
      `--syslog-msgs-file=${files.write('mail.log', '')}`,
      `--state-dir=${files.path('state')}`,
      `--control-socket=${files.path('socket')}`,
      '--outbound=off',
      '--reap-schedule=0 0 1 1 *',
    ];
    const words = ['dist/blocksmtp.js', 'run', ...settings];
    const [first = '', ...rest] = namespace.enter(process.execPath, words);
    const env = {...process.env, TZ: 'Asia/Kathmandu'}; // UTC+5:45
    daemon = spawn(first, rest, {env, stdio: ['ignore', 'pipe', 'pipe']});
    for (const stream of [daemon.stdout, daemon.stderr]) {
      stream?.on('data', (text: Buffer) => (said += text.toString()));
    }
    await until('the daemon follows the log', () => said.includes('following '));
  });

  afterEach(async () => {
    const ended = new Promise((resolve) => daemon.once('close', resolve));
    daemon.kill('SIGTERM');
    await ended;
    files.remove();
  });

  /** As a syslogd in that zone writes it. */
  const bsd = (atMs: number, eastMs: number): string => {
    const [, month = '', day = '', hours = ''] =
      /^\w+, (\d\d) (\w{3}) \d+ ([\d:]{8})/.exec(new Date(atMs + eastMs).toUTCString()) ?? [];
    return `${day} ${month.replace(/^0/, ' ')} ${hours}`;
  };

  /** An envelope with twelve unknown names. */
  function guess(atMs: number, eastMs: number, id: string): void {
    const say = (text: string): string =>
      `${bsd(atMs, eastMs)} relay sm-mta[4711]: ${id}: ${text}\n`;
    const names = Array.from({length: 12}, (_, i) =>
      say(`<ghost${i}@example.net>... User unknown`),
    );
    const end = `from=<a@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=[${client}]`;
    appendFileSync(files.path('mail.log'), names.join('') + say(end));
  }

  const isBlocked = (): boolean => namespace.list(4).includes(`-A ${chain} -s ${client}/32`);

  test.each([
    ['UTC', 0],
    ['St. John’s', -3.5],
    ['Kiritimati', 14],
  ])(
    '%s: a client that guesses now is blocked, and one line reports the zone',
    async (_, hours) => {
      guess(Date.now(), hours * hourMs, queueId(4711));
      await until('the rule', isBlocked);
      // The kernel has the rule before we have read what the daemon said.
      await until('its words', () => said.includes('stamps of relay'));
      const apart = Math.abs(5.75 - hours) * 60;
      const side = hours < 5.75 ? 'behind' : 'ahead of';
      expect(said.match(/stamps of relay are \d+m \w+( of)? this/g)).toEqual([
        `stamps of relay are ${apart}m ${side} this`,
      ]);
      expect(said).not.toContain('over already');
    },
  );

  test('guesses that a queue brings hours late are judged at their own time', async () => {
    for (const minutes of [200, 190, 180]) {
      const atMs = Date.now() - minutes * 61_000;
      guess(atMs, 5.75 * hourMs, queueId(4711, new Date(atMs)));
    }
    await until('the verdict', () => said.includes('over already'));
    expect(isBlocked()).toBe(false);
    expect(said).not.toContain('stamps of relay');
  });
});
