/** The daemon on a real log and a fake kernel: what is saved when, and what a dry run says. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {type Config, settingNames, settings} from '../../src/config/schema.js';
import {Daemon} from '../../src/daemon/daemon.js';
import {live} from '../../src/daemon/life.js';
import type {LogLevel} from '../../src/base/say.js';
import {emptyState} from '../../src/guard/state.js';
import {note} from '../../src/judge/learning.js';
import {courseUntil} from '../support/course.js';
import {sleep, tempDirs, until} from '../support/temp.js';
import {FakeNetfilter} from '../support/fake-netfilter.js';

const newDir = tempDirs();
const chain = settings.iptablesChainName.standard;
let log = '';
let state = emptyState();
let saved: number[] = [];
let savedPlaces = 0;
let said: [LogLevel, string][] = [];
let kernel = new FakeNetfilter();
let config: Config;
let end = new AbortController();
let life: Promise<void> | undefined;
let daemon: Daemon | undefined;

beforeEach(() => {
  log = join(newDir(), 'mail.log');
  fs.writeFileSync(log, 'an old line\n');
  state = emptyState();
  note(state.learning, {kind: 'learnt'});
  saved = [];
  savedPlaces = 0;
  said = [];
  kernel = new FakeNetfilter();
  end = new AbortController();
  const standard = Object.fromEntries(settingNames.map((name) => [name, settings[name].standard]));
  // The kernel is a fake; this machine's sessions are not.
  const own = {syslogMsgsFile: [log], whiteList: `${log}.whitelist`, cutSessions: 'none'};
  config = {...standard, ...own} as unknown as Config;
});
afterEach(async () => {
  end.abort();
  await life;
  await daemon?.stop('leave');
  daemon = undefined;
});

const say = (level: LogLevel, message: string): void => void said.push([level, message]);

function startDaemon(): Daemon {
  const made = makeDaemon();
  made.start();
  life = made.follow(end.signal);
  return made;
}

function makeDaemon(): Daemon {
  daemon = new Daemon({
    config,
    state,
    commit: () => {
      saved.push(state.blocks.size);
      savedPlaces = state.positions.size;
    },
    history: () => [],
    run: kernel.run,
    families: [4],
    log: {say, shows: () => true, close: () => Promise.resolve()},
  });
  return daemon;
}

const guess = (name: string): string => {
  const head = `${new Date().toISOString()} mail sm-mta[152]: 6ALC000c000152:`;
  return `${head} <${name}@example.net>... User unknown\n`;
};
const from = (client: string): string =>
  `${new Date().toISOString()} mail sm-mta[152]: 6ALC000c000152: from=<a@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=[${client}]\n`;

describe('the daemon saves', () => {
  test('the place in the log, before there is a line: lines that come during a crash are not skipped', async () => {
    startDaemon();
    await until('its commit', () => savedPlaces > 0);
    expect(state.positions.get(log)).toMatchObject([{offset: 12}]);
  });

  test('the request of an operator, before the answer', async () => {
    const daemon = startDaemon();
    const answer = await daemon.answer({command: 'block', network: '192.0.2.1', seconds: 60});
    expect(answer.kind).toBe('done');
    expect(saved.at(-1)).toBe(1);
    expect(kernel.rules(chain)).toHaveLength(1);
    await daemon.answer({command: 'unblock', network: '192.0.2.1'});
    expect(saved.at(-1)).toBe(0);
    expect(kernel.rules(chain)).toEqual([]);
  });
});

test('a client that became exempt while no daemon ran is unblocked at once, not when the log is caught up with', async () => {
  const block = {fromMs: Date.now(), untilMs: Date.now() + 3600_000, reason: 'x'} as const;
  const rule = (network: string): string => `-s ${network}/32 -p tcp -m tcp --dport 25 -j DROP`;
  for (const network of ['192.0.2.7', '192.0.2.8']) {
    state.blocks.set(network, {...block, network, origin: 'evidence'});
  }
  kernel.behindOurBack((chains) =>
    chains.set(chain, ['192.0.2.7', '192.0.2.8', '192.0.2.9'].map(rule)),
  );
  fs.writeFileSync(config.whiteList, '192.0.2.7\n');
  // Nobody follows the log: it is never caught up with.
  makeDaemon().start();
  await until('the first batch', () => kernel.restores() > 0);
  expect(kernel.rules(chain)).toEqual(['192.0.2.8', '192.0.2.9'].map(rule));
});

test('a guesser in the log is dropped in the kernel', async () => {
  startDaemon();
  await until('the start', () => kernel.rules(chain) !== undefined);
  for (let i = 0; i < 12; i++) fs.appendFileSync(log, guess(`name${i}`));
  fs.appendFileSync(log, from('192.0.2.66'));
  await until('a rule', () => (kernel.rules(chain)?.length ?? 0) > 0);
  expect(kernel.rules(chain)).toEqual(['-s 192.0.2.66/32 -p tcp -m tcp --dport 25 -j DROP']);
});

test('a burst that is read in two halves, with an outage longer than the block between, is one block', async () => {
  config = {...config, blockTime: 2};
  const longAgo = Date.now() - 60_000;
  const old = (text: string): string => text.replace(/^\S+/, new Date(longAgo).toISOString());
  const [network, untilMs] = ['192.0.2.66', longAgo + 2000];
  // As it was saved when the machine went down in the middle of the burst.
  const reason = '10 distinct unknown recipients in 0s, proof log';
  state.blocks.set(network, {network, fromMs: longAgo, untilMs, reason, origin: 'evidence'});
  state.positions.set(log, [{identity: 'another', offset: 0, guard: ''}]);
  for (let i = 0; i < 12; i++) fs.appendFileSync(log, old(guess(`more${i}`)));
  fs.appendFileSync(log, old(from(network)));
  startDaemon();
  await until('the end of the block', () => said.some(([, m]) => m.includes(`unblock ${network}`)));
  await sleep(300);
  expect(said.filter(([, message]) => message.startsWith('block '))).toEqual([]);
  expect(state.blocks.size).toBe(0);
});

test('after the end nothing is asked of the kernel any more', async () => {
  const daemon = startDaemon();
  await daemon.answer({command: 'block', network: '192.0.2.1', seconds: 1});
  await daemon.stop('remove');
  expect(kernel.rules(chain)).toBeUndefined();
  const answer = await daemon.answer({command: 'block', network: '192.0.2.2', seconds: 60});
  await daemon.cleanse();
  expect(answer.kind).toBe('refused');
  expect(kernel.rules(chain)).toBeUndefined();
});

test('a dry run has no firewall, so it does not say that it brings one in order', async () => {
  const dry = {...config, dryRun: true, cleanseSchedule: '* * * * * *'};
  const ownLog = {say, shows: () => true, close: () => Promise.resolve()};
  life = live({config: dry, log: ownLog, course: courseUntil(end.signal)}).then(() => undefined);
  await sleep(2200);
  end.abort();
  await life;
  expect(said.map(([, message]) => message).filter((m) => m.includes('in order'))).toEqual([]);
});
