/** A daemon that does not hear its mailer, on a real file: it says so, once, with what would help; and when it is over. */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {type Config, settingNames, settings} from '../../src/config/schema.js';
import {Daemon} from '../../src/daemon/daemon.js';
import {emptyState} from '../../src/guard/state.js';
import {note} from '../../src/judge/learning.js';
import {isGood, type Status} from '../../src/report/status.js';
import {FakeNetfilter} from '../support/fake-netfilter.js';
import {tempDirs, until} from '../support/temp.js';

const newDir = tempDirs();
const kernel = new FakeNetfilter();
let folder = '';
let log = '';
let said: string[] = [];
let end = new AbortController();
let life: Promise<void> | undefined;
let daemon: Daemon | undefined;

beforeEach(() => {
  folder = newDir();
  log = join(folder, 'mail.log');
  fs.writeFileSync(log, 'an old line\n');
  said = [];
  end = new AbortController();
});
afterEach(async () => {
  end.abort();
  await life;
  await daemon?.stop('leave');
  daemon = undefined;
});

/** @returns at a first start, the status in that moment */
async function startDaemon(
  changes: Partial<Config> = {},
  start: 'first' | 'later' = 'later',
): Promise<Status | undefined> {
  const standard = Object.fromEntries(settingNames.map((name) => [name, settings[name].standard]));
  const own = {syslogMsgsFile: [log], whiteList: `${log}.whitelist`, cutSessions: 'none'};
  const config = {...standard, ...own, ...changes} as unknown as Config;
  const state = emptyState();
  if (start === 'later') note(state.learning, {kind: 'learnt'});
  daemon = new Daemon({
    ...{config, state, commit: () => undefined, history: () => [], run: kernel.run, families: [4]},
    log: {
      say: (level, message) => void said.push(`${level} ${message}`),
      shows: () => true,
      close: () => Promise.resolve(),
    },
  });
  daemon.start();
  life = daemon.follow(end.signal);
  const first = start === 'first' ? await status() : undefined;
  if (fs.existsSync(log)) {
    await until('it follows', () => said.some((each) => each.includes('following')));
  }
  return first;
}

async function status(): Promise<Status> {
  const answer = await daemon!.answer({command: 'status'});
  if (answer.kind !== 'status') throw new Error(answer.kind);
  return answer.status;
}

const stamp = (): string => new Date().toISOString();
const guess = (name: string, head = `${stamp()} mail sm-mta[152]`): string =>
  `${head}: 6ALC000c000152: <${name}@example.net>... User unknown\n`;
const guesses = (head?: string): string =>
  Array.from({length: 12}, (_, i) => guess(`name${i}`, head)).join('');
const warned = (): string[] =>
  said.filter((each) => each.startsWith('warning') && each.includes('not heard'));

const inHourZero = '2026 Nov 28 12:00:00 relay sm-mta[4711]';

test.each<[string, Partial<Config>, () => string, string]>([
  [
    'another name',
    {mailerSyslogName: ['sendmail']},
    () => guesses(),
    '0 of 12 lines are of `sendmail`; 12 are of `sm-mta`: set mailer_syslog_name = "sm-mta"',
  ],
  [
    'another name, under auto',
    {},
    () => guesses(`${stamp()} mail mta-in[152]`),
    '0 of 12 lines are of the mailer (mailer_syslog_name = "auto"); 12 are of `mta-in`: set mailer_syslog_name = "mta-in"',
  ],
  [
    'another host',
    {mailerSyslogHost: 'mail2'},
    () => guesses(),
    'are of the host `mail`, and mailer_syslog_host = "mail2"',
  ],
  [
    'another frame',
    {},
    () => guesses(inHourZero).replaceAll('2026 Nov', 'in 2026 Nov'),
    '12 lines do not begin with a time that is known: `in 2026 Nov 28',
  ],
])('%s: logged once, and shown in the status', async (_, changes, lines, why) => {
  await startDaemon(changes);
  expect(isGood(await status())).toBe(true);
  fs.appendFileSync(log, lines());
  await until('the warning', () => warned().length > 0);
  expect(warned()[0]).toContain(`${log}: the mailer is not heard: `);
  expect(warned()[0]).toContain(why);
  const deaf = await status();
  expect(deaf.hearing).toMatchObject({verdict: 'deaf', why: [expect.stringContaining(why)]});
  expect(deaf.hearing.sources).toMatchObject([{source: log, lines: 12, signs: 0, behindBytes: 0}]);
  expect(isGood(deaf)).toBe(false);
  // More of the same is no news.
  fs.appendFileSync(log, lines());
  await until('more lines', async () => (await status()).hearing.sources[0]?.lines === 24);
  expect(warned()).toHaveLength(1);
  // Mended where the lines come from.
  const [name = ''] = changes.mailerSyslogName ?? ['sm-mta'];
  const host = changes.mailerSyslogHost ?? 'mail';
  fs.appendFileSync(log, guess('anna', `${stamp()} ${host} ${name}[152]`));
  await until('it hears', () => said.includes(`notice ${log}: the mailer is heard again`));
  const well = await status();
  expect(well.hearing).toMatchObject({verdict: 'hears', why: []});
  expect(well.hearing.sources[0]).toMatchObject({mailerLines: 1, understood: 1, signs: 1});
  expect(isGood(well)).toBe(true);
});

test('at a first start it says that it does not follow yet, until it does', async () => {
  const first = await startDaemon({}, 'first');
  expect(first?.hearing.sources).toMatchObject([
    {source: log, notes: ['not followed yet: the daemon reads the old logs first']},
  ]);
  expect((await status()).hearing.sources).toMatchObject([{source: log, notes: []}]);
});

test('a path where nothing is, until there is a log', async () => {
  fs.rmSync(log);
  await startDaemon();
  await until('the warning', () => warned().length > 0);
  expect(warned()).toEqual([
    `warning ${log}: the mailer is not heard: no such file: set syslog_msgs_file to the log of the mailer`,
  ]);
  expect((await status()).hearing.verdict).toBe('deaf');
  fs.writeFileSync(log, guesses());
  await until('it hears', () => said.some((each) => each.endsWith('the mailer is heard again')));
  expect(isGood(await status())).toBe(true);
});

test('by default all names of sendmail count, and the status shows the other settings', async () => {
  await startDaemon();
  fs.appendFileSync(log, guess('anna') + guess('bert', `${stamp()} mail sendmail[9]`));
  await until('both', async () => (await status()).hearing.sources[0]?.signs === 2);
  const {settings: told} = await status();
  expect(told).toMatchObject({mailer_syslog_name: '"auto"', syslog_msgs_file: JSON.stringify(log)});
  expect(Object.keys(told).filter((key) => key.startsWith('warn_'))).toEqual([]);
});

test('a name that is given counts alone', async () => {
  await startDaemon({mailerSyslogName: ['sm-mta']});
  fs.appendFileSync(log, guess('bert', `${stamp()} mail sendmail[9]`) + guess('anna'));
  await until('both', async () => (await status()).hearing.sources[0]?.lines === 2);
  expect((await status()).hearing.sources[0]).toMatchObject({mailerLines: 1, signs: 1});
});

// The last one, for it is slow: the `iptables -V` of a daemon that was just started might outlive the file.
test('an empty folder of a pattern', async () => {
  fs.rmSync(log);
  await startDaemon({syslogMsgsFile: [join(folder, 'none', '*.log')]});
  await until('the warning', () => warned().length > 0);
  expect(warned()[0]).toContain('no log fits: set syslog_msgs_file');
});
