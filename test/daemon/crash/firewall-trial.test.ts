/**
 * A configuration on trial (`reload --confirm`), with the real program and the real kernel: who
 * confirms it keeps it, who does not gets the one before back, whatever happens in between.
 */
import fs from 'node:fs';
import {join} from 'node:path';
import {expect} from '@jest/globals';
import type {Answer} from '../../../src/control/protocol.js';
import {askControl} from '../../../src/sys/talk/control-socket.js';
import {Box, boxNeeds, lookEveryMs} from './box.js';
import {guessLines} from './guess-lines.js';
import {type Child, start} from '../../support/child.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const inBox = whereAvailable(boxNeeds);

/** Twice the shortest trial: on a busy machine, too, what is to happen during it does. Seconds. */
const trialSeconds = 20;

/** The daemon as an administrator has it. */
class Real {
  readonly box: Box;
  child: Child | undefined;

  private constructor(box: Box) {
    this.box = box;
  }

  static async begin(): Promise<Real> {
    const folder = join(newDir(), 'box');
    fs.mkdirSync(folder);
    const real = new Real(await Box.start(folder));
    for (const name of ['mail.log', 'whitelist']) fs.writeFileSync(real.place(name), '');
    real.configure('threshold = 10');
    await real.start();
    return real;
  }

  place(name: string): string {
    return join(this.box.folder, name);
  }

  configure(more: string): void {
    const lines = [
      `state_dir = "${this.place('state')}"`,
      `control_socket = "${this.place('control')}"`,
      `syslog_msgs_file = "${this.place('mail.log')}"`,
      `white_list = "${this.place('whitelist')}"`,
      'check_interval = 1',
      'cut_sessions = "none"',
    ];
    fs.writeFileSync(this.place('settings'), `${[...lines, more].join('\n')}\n`);
  }

  async start(): Promise<void> {
    const words = [
      join(process.cwd(), 'dist/blocksmtp.js'),
      'run',
      `--config=${this.place('settings')}`,
    ];
    const [first, ...rest] = this.box.enter(process.execPath, words);
    this.child = start(first, rest, this.box.environment);
    await this.says(/following/);
  }

  /** From character `from` of its words on. */
  async says(pattern: RegExp, from = 0, mostMs = 45_000): Promise<void> {
    const text = (): string => this.child?.complaints().slice(from) ?? '';
    await until(String(pattern), () => pattern.test(text()), mostMs).catch((error: unknown) => {
      throw new Error(`${String(error)}: it said ${text()}`, {cause: error});
    });
  }

  get said(): number {
    return this.child?.complaints().length ?? 0;
  }

  async ask(request: unknown): Promise<Answer | {readonly kind: 'none'}> {
    const asked = await askControl(this.place('control'), request);
    return asked.kind === 'answer' ? (asked.answer as Answer) : {kind: 'none'};
  }

  /** Puts the configuration on trial, and waits until it is lived. */
  async tryOut(more: string, confirmSeconds = trialSeconds): Promise<void> {
    const from = this.said;
    this.configure(more);
    expect(await this.ask({command: 'reload', confirmSeconds})).toMatchObject({kind: 'done'});
    await this.says(/on trial[^]*following/, from);
  }

  guess(client: string, names: number): void {
    fs.appendFileSync(this.place('mail.log'), guessLines(client, names, Date.now()));
  }

  async holds(...expected: readonly string[]): Promise<void> {
    let seen: readonly string[] = [];
    const wanted = [...expected].sort().join();
    const isSo = async (): Promise<boolean> => {
      seen = (await this.box.kernel()).dropped;
      return seen.join() === wanted;
    };
    await until('the kernel', isSo, undefined, lookEveryMs).catch((error: unknown) => {
      const said = this.child?.complaints() ?? '';
      throw new Error(`${wanted} expected, ${seen.join()} there; it said ${said}`, {cause: error});
    });
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.child?.process.kill(signal);
    await this.child?.ended;
  }
}

/** They wait for the end of their trials, all at the same time. */
const trials = new Map<string, (real: Real) => Promise<void>>();
const trial = (name: string, body: (real: Real) => Promise<void>): void =>
  void trials.set(name, body);

const [innocent, guesser, byHand] = ['192.0.2.10', '203.0.113.7', '198.51.100.9'];
const back = /nobody confirmed the configuration: the one before is in force again/;

trial(
  'nobody confirms: the configuration before is back, without blocks on evidence meanwhile',
  async (real) => {
    real.guess(guesser, 12);
    await real.holds(guesser);
    await real.tryOut('threshold = 3');
    real.guess(innocent, 4);
    await real.holds(guesser, innocent);
    const asked = {command: 'block', network: byHand, seconds: 600};
    // A busy daemon may not answer in time, and to ask again changes nothing.
    await until('an answer', async () => (await real.ask(asked)).kind === 'done');
    const from = real.said;
    await real.says(back, from);
    await real.holds(guesser, byHand);
    await real.says(/unblock 192\.0\.2\.10/, from);
    // And the one before counts: four names are not enough.
    real.guess('192.0.2.11', 4);
    real.guess('203.0.113.8', 12);
    await real.holds(guesser, byHand, '203.0.113.8');
    expect(await real.ask({command: 'confirm'})).toMatchObject({
      kind: 'refused',
      message: 'too late: the configuration before is in force again',
    });
    // Also for a start after that: the file still says what nobody has confirmed.
    await real.kill('SIGTERM');
    await real.start();
    real.guess('192.0.2.12', 4);
    real.guess('203.0.113.9', 12);
    await real.holds(guesser, byHand, '203.0.113.8', '203.0.113.9');
  },
);

trial('confirmed, it stays: also after the time, and after kill -9', async (real) => {
  await real.tryOut('threshold = 3');
  expect(await real.ask({command: 'confirm'})).toMatchObject({kind: 'done'});
  expect(await real.ask({command: 'confirm'})).toMatchObject({
    kind: 'refused',
    message: 'no configuration is on trial',
  });
  real.guess(guesser, 4);
  await real.holds(guesser);
  await real.kill('SIGKILL');
  await real.start();
  await real.holds(guesser);
  real.guess('203.0.113.8', 4);
  await real.holds(guesser, '203.0.113.8');
});

trial('kill -9 during the trial: the next start has the configuration before', async (real) => {
  await real.tryOut('threshold = 3', 3600);
  real.guess(innocent, 4);
  await real.holds(innocent);
  await real.kill('SIGKILL');
  await real.start();
  await real.says(/was never confirmed/);
  await real.holds();
  real.guess('192.0.2.11', 4);
  real.guess(guesser, 12);
  await real.holds(guesser);
  // A reload takes over what the file says, on purpose.
  const from = real.said;
  expect(await real.ask({command: 'reload'})).toMatchObject({kind: 'done'});
  await real.says(/following/, from);
  real.guess('203.0.113.8', 4);
  await real.holds(guesser, '203.0.113.8');
});

trial('a bad configuration during a trial changes nothing, and the trial goes on', async (real) => {
  await real.tryOut('threshold = 3');
  const from = real.said;
  real.configure('threshold = "none"');
  expect(await real.ask({command: 'reload'})).toMatchObject({kind: 'refused'});
  expect(await real.ask({command: 'reload', confirmSeconds: 60})).toMatchObject({kind: 'refused'});
  real.child?.process.kill('SIGHUP');
  await real.says(/reload refused[^]*reload refused[^]*reload refused/, from);
  await real.says(back, from);
  real.guess('192.0.2.11', 4);
  real.guess(guesser, 12);
  await real.holds(guesser);
});

trial(
  'two trials in a row: the way back leads to the configuration confirmed last',
  async (real) => {
    await real.tryOut('threshold = 3', 60);
    real.guess(innocent, 4);
    await real.holds(innocent);
    const from = real.said;
    await real.tryOut('threshold = 2');
    await real.says(back, from);
    await real.holds();
    real.guess('192.0.2.11', 4);
    real.guess(guesser, 12);
    await real.holds(guesser);
  },
);

trial(
  'SIGHUP during a trial does not confirm it behind the back of a waiting operator',
  async (real) => {
    await real.tryOut('threshold = 3');
    const from = real.said;
    // logrotate, for one, sends it every night.
    real.child?.process.kill('SIGHUP');
    await real.says(back, from);
    real.guess('192.0.2.11', 4);
    real.guess(guesser, 12);
    await real.holds(guesser);
  },
);

trial('a disk that is full at the trial: refused, and nothing has changed', async (real) => {
  const disk = real.place('state');
  await real.kill('SIGTERM');
  real.box.shell('rm -r "$1"; mkdir "$1"; mount -t tmpfs -o size=800k x "$1"', disk);
  await real.start();
  real.box.shell('dd if=/dev/zero of="$1/filler" bs=1024 2> /dev/null || :', disk);
  real.configure('threshold = 3');
  expect(await real.ask({command: 'reload', confirmSeconds: 60})).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('ENOSPC'),
  });
  real.guess(innocent, 4);
  real.guess(guesser, 12);
  await real.holds(guesser);
  real.box.shell('rm "$1/filler"', disk);
  expect(await real.ask({command: 'reload', confirmSeconds: 60})).toMatchObject({kind: 'done'});
});

async function runTrial(name: string, body: (real: Real) => Promise<void>): Promise<void> {
  const real = await Real.begin();
  try {
    await body(real);
  } catch (error) {
    throw new Error(`${name}: ${String(error)}\n${real.child?.complaints() ?? ''}`, {cause: error});
  } finally {
    await real.kill('SIGKILL');
    real.box.stop();
  }
}

inBox(`a configuration on trial: ${[...trials.keys()].join('; ')}`, async () => {
  const ends = await Promise.allSettled([...trials].map(([name, body]) => runTrial(name, body)));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
});
