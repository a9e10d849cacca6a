/**
 * An address is added to the whitelist while its verdict is on its way: at any moment before, between and
 * after the lines that block it. In the end nobody of the list is blocked, and who is not on it is.
 */
import {afterEach, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {settings} from '../../src/config/schema.js';
import {Daemon} from '../../src/daemon/daemon.js';
import {emptyState} from '../../src/guard/state.js';
import {note} from '../../src/judge/learning.js';
import {configIn} from '../support/config.js';
import {FakeNetfilter} from '../support/fake-netfilter.js';
import {Random} from '../support/random.js';
import {sleep, tempDirs, until} from '../support/temp.js';
import {guessLines} from './crash/guess-lines.js';

const newDir = tempDirs();
const chain = settings.iptablesChainName.standard;
/** In networks of their own where they can be, so that none of them is blocked for its neighbours. */
const listed = ['192.0.2.7', '198.51.100.7', '203.0.113.7', '192.0.2.99', '198.51.100.99'];
const others = ['203.0.113.99', '192.0.2.201'];
/** How far apart the edit and the lines can be. Ms: more than a file must rest before it is taken. */
const mostApartMs = 1500;

let end = new AbortController();
let life: Promise<void> | undefined;
let daemon: Daemon | undefined;
afterEach(async () => {
  end.abort();
  await life;
  await daemon?.stop('leave');
});

test.each([1, 2, 3])('whenever the list is edited, seed %s', async (seed) => {
  const dice = new Random(seed);
  const folder = newDir();
  const [log, list] = [join(folder, 'mail.log'), join(folder, 'whitelist')];
  for (const path of [log, list]) fs.writeFileSync(path, '');
  const state = emptyState();
  note(state.learning, {kind: 'learnt'});
  const kernel = new FakeNetfilter();
  end = new AbortController();
  const made = new Daemon({
    config: {...configIn(folder), syslogMsgsFile: [log], whiteList: list, cutSessions: 'none'},
    state,
    commit: () => undefined,
    history: () => [],
    run: kernel.run,
    families: [4],
    log: {say: () => undefined, shows: () => true, close: () => Promise.resolve()},
  });
  daemon = made;
  made.start();
  life = made.follow(end.signal);
  await until('the start', () => kernel.rules(chain) !== undefined && state.positions.size > 0);

  let whole = '';
  const later = async (act: () => void): Promise<void> => {
    await sleep(dice.below(mostApartMs));
    act();
  };
  const guess = (client: string): Promise<void> =>
    later(() => fs.appendFileSync(log, guessLines(client, 12, Date.now())));
  const edit = (client: string): Promise<void> =>
    later(() => {
      whole += `${client}\n`;
      fs.writeFileSync(list, whole);
    });
  const acts = [...listed.flatMap((client) => [guess(client), edit(client)]), ...others.map(guess)];
  const timer = setInterval(() => void made.refreshExemptions(), 20);
  try {
    await Promise.all(acts);
    const dropped = (client: string): boolean =>
      (kernel.rules(chain) ?? []).some((rule) => rule.startsWith(`-s ${client}/32 `));
    await until('the others to be blocked', () => others.every(dropped));
    const isFree = (client: string): boolean =>
      state.blocks.get(client) === undefined && !dropped(client);
    await until('nobody of the list to be blocked', () => listed.every(isFree));
    // Nor does a line that comes late block them again.
    for (const client of listed) fs.appendFileSync(log, guessLines(client, 12, Date.now()));
    fs.appendFileSync(log, guessLines('198.51.100.250', 12, Date.now()));
    await until('the last line', () => dropped('198.51.100.250'));
    expect(listed.filter((client) => !isFree(client))).toEqual([]);
  } finally {
    clearInterval(timer);
  }
});
