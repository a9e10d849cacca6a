/**
 * The whole daemon on a database that somebody has changed: strange rows cost those rows only, and a file of
 * a newer program is refused once, with what to do. The kernel keeps its blocks all the while.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {readFileSync} from 'node:fs';
import sqlite from 'node-sqlite3-wasm';
import {plainNames} from '../../src/guard/state.js';
import {unhurriedMs} from './lab/client.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';

const {describe} = await requireLab();

const kept = '203.0.113.7';
const file = '/var/lib/blocksmtp/blocksmtp.db';
/** No JSON, JSON of another shape, and what a program that is not ours could write. */
const strange = ['no json', '', '{', 'null', '[]', '{"network":"192.0.2.10"}', '{"__proto__":1}'];

describe('a tampered database', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.start({id: 'tampered'});
    const daemon = lab.relay.daemon();
    await daemon.ready();
    await lab.relay.hooked();
    await lab.relay.blocksmtp(['block', kept, '--for', '1h']);
    expect(await daemon.stop()).toEqual({code: 0, signal: null});
  });
  afterAll(() => Lab.stopAll());

  function change(act: (database: sqlite.Database) => void): void {
    const database = new sqlite.Database(lab.relay.path(file));
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE');
      act(database);
    } finally {
      database.close();
    }
  }
  const drops = (): Promise<string> => lab.relay.iptables(4, '-S', 'SPAM_UNAME_GUESSERS');

  test('strange rows are left out, each start says so, and the guard goes on', async () => {
    change((database) => {
      for (const name of plainNames) {
        database.exec(
          `CREATE TABLE IF NOT EXISTS ${name} (key TEXT PRIMARY KEY, value TEXT NOT NULL)`,
        );
        strange.forEach((value, i) => {
          database.run(`INSERT OR REPLACE INTO ${name} VALUES (?, ?)`, [`strange ${i}`, value]);
        });
      }
    });
    const daemon = lab.relay.daemon();
    await daemon.ready();
    await daemon.waitFor(/ error .*state: blocks: \d+ rows are not as this program writes them/);
    expect(daemon.text).not.toMatch(/put aside|beginning with nothing/);
    expect(await drops()).toContain(kept);
    const guess = await lab.client('attacker').guess({count: 60, gapMs: unhurriedMs});
    expect(guess.silent).toBe(true);
    await daemon.waitFor(/ block 192\.0\.2\.66 /);
    const {stdout} = await lab.relay.blocksmtp(['list']);
    expect(stdout).toContain(kept);
    expect(stdout).not.toContain('192.0.2.10 ');
    expect(await daemon.stop()).toEqual({code: 0, signal: null});
  });

  test('a newer layout: one line that says what to do, 69, and the blocks stay', async () => {
    change((database) => database.exec('PRAGMA user_version = 99'));
    const daemon = lab.relay.daemon();
    expect(await daemon.exit).toEqual({code: 69, signal: null});
    // What starts daemons knows the code: systemd leaves it, the wrapper for an old init waits.
    expect(readFileSync('init/blocksmtp.service', 'utf8')).toMatch(
      /^RestartPreventExitStatus=.*\b69\b/m,
    );
    expect(readFileSync('init/blocksmtp-respawn', 'utf8')).toMatch(/^ +64 \| 69 \| 78\)$/m);
    const said = daemon.stderr.filter((line) => line.includes(' error '));
    expect(said.filter((line) => line.includes('newer blocksmtp'))).toHaveLength(1);
    expect(said.join('\n')).toMatch(/layout 99.*install the newer version again, or move the file/);
    expect(await drops()).toContain(kept);
    change((database) => {
      const [row] = database.all('PRAGMA user_version');
      expect(row).toEqual({user_version: 99});
    });
  });
});
