/**
 * kill -9 at any moment: after a restart the same blocks stand, none twice; no line is lost, none is
 * counted twice. Judged at the edge: a client one name short of the threshold, part of its names
 * logged before the kill and part while nobody listened, must not be blocked by the restart, and
 * must be by the next name.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {once} from 'node:events';
import {execa} from 'execa';
import type {Client, Family} from './lab/client.js';
import type {Daemon} from './lab/daemon.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {sleep, until} from './lab/until.js';

const {describe} = await requireLab();

const CHAIN = 'SPAM_UNAME_GUESSERS';
const THRESHOLD = 10;
const ROUNDS = 18;
const LATEST_KILL_MS = 250;

type Block = {network: string; fromMs: number; untilMs: number};

describe('kill -9', () => {
  let lab: Lab;
  let daemon: Daemon;
  let before = '';
  let attacker: Client;
  let known: Block[] = [];
  let markers = 0;

  beforeAll(async () => {
    lab = await Lab.start({id: 'crash'});
    attacker = lab.client('attacker');
    await lab.relay.write('/etc/blocksmtp.whitelist', '192.0.2.20\n');
    // An installation on its first day knows no waves: all these strangers at once would be one, and the
    // client at the edge is to be blocked by its tenth name and nothing else.
    await lab.relay.sh('rm', ['/var/log/mail.log.1']);
    await start();
    await lab.relay.hooked();
  });
  afterAll(() => Lab.stopAll());

  async function start(): Promise<void> {
    daemon = lab.relay.daemon([`--threshold=${String(THRESHOLD)}`, '--debug=3']);
    // just rotated, the log is there again only with its next line
    await daemon.waitFor(/following|waiting for the log/);
  }

  async function drops(): Promise<string[]> {
    const rules = await Promise.all(
      ([4, 6] as const).map((f) => lab.relay.iptables(f, '-S', CHAIN)),
    );
    const sources = rules.join('\n').matchAll(/^-A \S+ -s (\S+?)(?:\/32|\/128)? /gm);
    return [...sources].map((match) => match[1] ?? '').sort();
  }

  async function list(): Promise<Block[]> {
    const {stdout, stderr} = await lab.relay.blocksmtp(['list', '--json', '--no-names']);
    expect(stderr).toBe('');
    return JSON.parse(stdout) as Block[];
  }

  /** Returns when the daemon has read everything that is in the log now. */
  async function caughtUp(): Promise<void> {
    const name = `marker${String(++markers)}`;
    await lab.client('whitelisted').guess({names: [name]});
    await daemon.waitFor(new RegExp(`${name}@\\S+: exempt`));
  }

  async function rotate(): Promise<void> {
    await lab.relay.rename('/var/log/mail.log', `/var/log/mail.log.1`);
    await lab.relay.sh('pkill', ['-HUP', '-x', 'rsyslogd']);
  }

  async function round(number: number, family: Family, killAfterMs: number): Promise<void> {
    const stays = number % 4 < 2; // the edge client's session outlives the kill, or does not
    const prefix = {4: '192.0.2.', 6: '2001:db8::'}[family];
    const [many, edge] = [`${prefix}${String(100 + number)}`, `${prefix}${String(150 + number)}`];
    await Promise.all([attacker.addAddress(many), attacker.addAddress(edge)]);
    const where = {family, gapMs: 8, keep: true};
    const guesses = Promise.all([
      // Patient: an answer that a busy machine owes is not the silence of a block.
      attacker.guess({...where, from: many, count: 30, quietMs: 2000}),
      attacker.guess({...where, from: edge, count: THRESHOLD - 1}),
    ]);
    await sleep(killAfterMs);
    await daemon.signal('SIGKILL');
    await daemon.exit;
    before = daemon.text;
    // A process that is frozen now stays so until the next start, which is tested below.
    await lab.relay.run('pkill', ['-CONT', '-x', 'sendmail-mta']);
    const stood = await drops();
    if (number % 3 === 0) await rotate();
    const [, {session = 0, answers}] = await guesses;
    expect(answers).toHaveLength(THRESHOLD - 1);
    if (!stays) await attacker.close(session);
    if (number % 6 === 1) await rotate();

    await start();
    await caughtUp();
    // what the lines that were replayed led to is on its way to the kernel
    await until(`${many} to be blocked`, async () => (await drops()).includes(many));
    const now = await drops();
    expect(now).toEqual([...new Set(now)]); // none twice
    expect(now).toEqual(expect.arrayContaining(stood)); // the same stand
    expect(now).not.toContain(edge); // nothing counted twice
    const listed = await list();
    expect(listed.map(({network}) => network).sort()).toEqual(now);
    expect(listed).toEqual(expect.arrayContaining(known)); // with their times

    // Nothing lost: one more name is enough. Its answer may not come: the process ends in the turn of the verdict.
    const again = stays ? {session} : {};
    const {connected} = await attacker.guess({family, from: edge, count: 1, ...again});
    expect(connected).toBe(true);
    await until(`${edge} to be blocked`, async () => (await drops()).includes(edge));
    known = await list();
  }

  const seed = Number(process.env['BLOCKSMTP_SEED'] ?? Date.now() % 1_000_000);
  // mulberry32: any moment will do, but it must be possible to say which
  let position = seed;
  const random = (): number => {
    position = (position + 0x6d2b79f5) | 0;
    let t = Math.imul(position ^ (position >>> 15), 1 | position);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };

  test(`in ${String(ROUNDS)} rounds nothing is lost and nothing counted twice`, async () => {
    for (let number = 0; number < ROUNDS; number++) {
      const family = number % 2 === 0 ? 4 : 6;
      const killAfterMs = Math.round(random() * LATEST_KILL_MS);
      try {
        await round(number, family, killAfterMs);
      } catch (error) {
        const where = `round ${String(number)}, killed after ${String(killAfterMs)} ms, BLOCKSMTP_SEED=${String(seed)}`;
        const logged = (await lab.relay.logLines()).slice(-20).join('\n');
        const lives = `${before}\n-- killed --\n${daemon.text}\n-- mail.log --\n${logged}`;
        throw new Error(`${where}\n${lives}`, {cause: error});
      }
    }
    expect(known).toHaveLength(2 * ROUNDS);
  }, 600_000); // each of the rounds starts the daemon and sends mail: on a busy machine 8 s, and more

  test('between the end of a guesser’s process and its rule: the block stands after the restart', async () => {
    const from = '192.0.2.98';
    await attacker.addAddress(from);
    const tool = '/usr/local/sbin/iptables-restore';
    // The tool ends the daemon that is about to make a rule: the kernel has none yet, and the disk no block.
    const kill = 'rm /run/die; kill -9 $PPID; exit 1';
    const script = `#!/bin/sh\n[ ! -e /run/die ] || { ${kill}; }\nexec /usr/sbin/iptables-restore "$@"\n`;
    await lab.relay.write(tool, script, 0o755);
    await lab.relay.write('/run/die', '');
    const guessed = await attacker.guess({from, count: 60, gapMs: 50, oneEnvelope: true});
    await daemon.exit;
    expect(guessed.closed).toBe(true);
    expect(daemon.text).not.toMatch(/ cut 192\.0\.2\.98/);
    expect(await drops()).not.toContain(from);
    await start();
    await until(`${from} to be blocked`, async () => (await drops()).includes(from));
    await until('nothing to be noted any more', async () =>
      (await lab.relay.sh('ls', ['/var/lib/blocksmtp'])).includes('cut-notes') ? undefined : true,
    );
    await caughtUp();
    const listed = await list();
    expect(listed.filter(({network}) => network === from)).toHaveLength(1);
    await lab.relay.sh('rm', [tool]);
    known = listed;
  });

  /**
   * Ends the daemon as soon as it has noted that a process is frozen.
   *
   * @returns the states of sendmail's processes then; `missed`: the note was there for too short a time
   */
  async function killedWhileFrozen(from: string): Promise<string> {
    const noted = lab.relay.path('/var/lib/blocksmtp/frozen-notes');
    const watching = 'echo; until [ -s "$1" ]; do :; done; kill -KILL "$2"';
    const words = ['-c', watching, 'sh', noted, String(await daemon.pid())];
    const killer = execa('sh', words, {reject: false});
    await once(killer.stdout, 'data');
    await attacker.addAddress(from);
    const guessing = attacker.guess({from, count: 3, gapMs: 50});
    await Promise.race([guessing, daemon.exit]);
    if (daemon.running) killer.kill('SIGKILL');
    // It ends with 0 if it has seen the note.
    if ((await killer).exitCode !== 0) return 'missed';
    await daemon.exit;
    const states = await lab.relay.sh('ps', ['-C', 'sendmail-mta', '-o', 'stat=']);
    await start();
    expect((await guessing).answers).toHaveLength(3);
    return states;
  }

  test('while a process is frozen: its client gets its answers after the next start', async () => {
    const isFrozen = async (attempt: number): Promise<boolean> => {
      const states = await killedWhileFrozen(`192.0.2.${String(200 + attempt)}`);
      // The signal comes a moment after the note.
      return states.split('\n').some((state) => state.startsWith('T'));
    };
    let attempts = 0;
    while (!(await isFrozen(attempts))) expect(++attempts).toBeLessThan(20);
    await daemon.waitFor(/sendmail process \d+ goes on: a killed run had frozen it/);
  });

  test('a restart in peace changes nothing either', async () => {
    const before = await drops();
    expect(await daemon.stop()).toEqual({code: 0, signal: null});
    expect(await drops()).toEqual(before);
    await start();
    await caughtUp();
    expect(await drops()).toEqual(before);
    expect(await list()).toEqual(known);
  });

  test('nor does a rotation by rename while it runs', async () => {
    const from = '192.0.2.99';
    await attacker.addAddress(from);
    await attacker.guess({from, count: 5, gapMs: 5});
    await lab.relay.rename('/var/log/mail.log', '/var/log/mail.log.1');
    // rsyslog writes to the renamed file until its signal
    await attacker.guess({from, count: 2, gapMs: 5});
    await lab.relay.sh('pkill', ['-HUP', '-x', 'rsyslogd']);
    await attacker.guess({from, count: THRESHOLD - 8, gapMs: 5});
    await caughtUp();
    expect(await drops()).not.toContain(from);
    await attacker.guess({from, count: 1});
    await until(`${from} to be blocked`, async () => (await drops()).includes(from));
  });
});
