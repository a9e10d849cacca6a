/**
 * The window with a warning, on a real notification daemon under a virtual display. A virtual mouse clicks its
 * buttons, which act on real processes. `PICTURE=docs/warning.png` writes the picture of docs/warnings.md.
 */
import {afterAll, afterEach, beforeAll, expect} from '@jest/globals';
import {execFileSync, spawn} from 'node:child_process';
import fs from 'node:fs';
import {Killer} from '../../../../src/outgoing/warn/live/killer.js';
import {Warner} from '../../../../src/outgoing/warn/live/warner.js';
import type {Owner, Parent, Sighting} from '../../../../src/outgoing/owner.js';
import type {ProcessIdentity} from '../../../../src/base/process-identity.js';
import {glanceAtLiving} from '../../../../src/sys/proc/snapshot.js';
import {sightingOf} from '../../samples.js';
import {bundle, startScript} from '../../../support/child.js';
import {tempDirs, until} from '../../../support/temp.js';
import {whereAvailable} from '../../../support/where-available.js';
import {Desktop, desktopNeeds} from './desktop-world.js';
import {pngOf} from './picture.js';

const testOnDesktop = whereAvailable(desktopNeeds);
const newDir = tempDirs();
let desktop: Desktop | undefined;
let shown: Desktop;
const visitors: ProcessIdentity[] = [];
const warners: Warner[] = [];

beforeAll(async () => {
  try {
    desktop = shown = await Desktop.start();
  } catch {
    // The desktop cannot start here: the tests say why.
  }
});
afterEach(async () => {
  await Promise.all(warners.splice(0).map((warner) => warner.stop()));
  for (const each of visitors.splice(0)) if (isThere(each)) process.kill(each.pid, 'SIGKILL');
});
afterAll(() => desktop?.stop());

/** Starts a perl of www-data that waits, as the child of another one. @returns what a sighting of it says */
async function visitor(): Promise<
  Pick<Owner, 'pid' | 'startTicks' | 'executable'> & {parent: Parent}
> {
  const script = '$| = 1; my $child = fork // die; print "$child\\n" if $child; sleep 60';
  const asWww = ['--pdeathsig', 'KILL', '--reuid=33', '--regid=33', '--clear-groups'];
  const child = spawn('setpriv', [...asWww, 'perl', '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const pid = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
  const [now, above] = [glanceAtLiving(pid)!, glanceAtLiving(child.pid!)!];
  const parent = {pid: above.pid, startTicks: above.startTicks, program: above.executable};
  visitors.push(now, above);
  return {pid, startTicks: now.startTicks, executable: now.executable, parent};
}

const isThere = ({pid, startTicks}: ProcessIdentity): boolean =>
  glanceAtLiving(pid)?.startTicks === startTicks;

function warnerOf(folder: string): {warner: Warner; said: string[]; allowed: [Sighting, string][]} {
  const said: string[] = [];
  const allowed: [Sighting, string][] = [];
  const say = (level: string, message: string): unknown => said.push(`${level} ${message}`);
  const killer = new Killer({mode: 'end', graceMs: 2000}, {isAllowed: () => false, say});
  const warner = new Warner(
    {warnMail: '', warnCommand: '', warnWebhook: '', warnUser: 'nobody'},
    {
      say,
      onAllow: (sighting, askedBy) => allowed.push([sighting, askedBy]),
      mayBeEnded: (target) => killer.decide(target).kind === 'end',
      end: (target, askedBy) => killer.end(target, askedBy),
    },
    {mailPort: 1, runtimeFolder: folder},
  );
  warners.push(warner);
  return {warner, said, allowed};
}

const warningOf = ({parent, ...owner}: Awaited<ReturnType<typeof visitor>>) => ({
  sighting: sightingOf({
    ...owner,
    parents: [parent],
    script: '/var/www/html/cache/.x.pl',
    directory: '/var/www/html/cache',
    commandLine: ['perl', '.x.pl'],
  }),
  remoteName: 'mx.example.net',
  times: 12,
});

testOnDesktop('Kill ends the program, and the log says who asked; a picture of it', async () => {
  const {warner, said} = warnerOf(shown.folder);
  const who = await visitor();
  warner.warn(warningOf(who));
  const {picture} = await shown.window(3);
  const png = pngOf(picture);
  expect(png.length).toBeGreaterThan(3000);
  expect(png.length).toBeLessThan(60_000);
  const {PICTURE} = process.env;
  if (PICTURE !== undefined) fs.writeFileSync(PICTURE, png);
  await shown.click(0, 3);
  await until('the end of the program', () => !isThere(who));
  expect(isThere(who.parent)).toBe(true);
  expect(said.slice(1)).toEqual([
    `notice ended ${who.executable} (pid ${who.pid}), as nobody at the desktop asked: SIGTERM`,
  ]);
});

testOnDesktop('Kill parent ends the one above it', async () => {
  const {warner, said} = warnerOf(shown.folder);
  const who = await visitor();
  warner.warn(warningOf(who));
  await shown.click(1, 3);
  await until('the end of the parent', () => !isThere(who.parent));
  expect(isThere(who)).toBe(true);
  expect(said[1]).toContain(`(pid ${who.parent.pid}), as nobody at the desktop asked: SIGTERM`);
});

testOnDesktop('Allow calls back, and ends nobody', async () => {
  const {warner, said, allowed} = warnerOf(shown.folder);
  const who = await visitor();
  const warning = warningOf(who);
  warner.warn(warning);
  await shown.click(2, 3);
  await until('the call', () => allowed.length > 0);
  expect(allowed).toEqual([[warning.sighting, 'nobody at the desktop']]);
  expect([isThere(who), isThere(who.parent), said.length]).toEqual([true, true, 1]);
});

testOnDesktop('a click that comes too late ends nobody', async () => {
  const {warner, said} = warnerOf(shown.folder);
  const who = await visitor();
  warner.warn(warningOf(who));
  await shown.window(3);
  process.kill(who.pid, 'SIGKILL');
  await until('its end', () => !isThere(who));
  await shown.click(0, 3);
  await until('the words', () => said.length > 1);
  expect(said[1]).toMatch(/^notice not ended: .*: it has ended already$/);
});

testOnDesktop(
  'a process that may not be ended has no button, and hostile names are only text',
  async () => {
    const {warner} = warnerOf(shown.folder);
    const nasty = '/tmp/\\074b\\076<i>x</i>&amp;\u001b[2J\n--hint=x';
    const sighting = sightingOf({pid: 1, executable: nasty, parents: []});
    warner.warn({sighting, times: 1});
    await shown.window(1);
    expect(shown.notified).toContain(
      '/tmp/\\074b\\076&lt;i&gt;x&lt;/i&gt;&amp;amp;?[2J?--hint=x (script /tmp/x.pl), pid 1',
    );
  },
);

/** Hostile names of a process, and the text that the notification daemon gets. */
const hostile: readonly (readonly [string, string, string])[] = [
  ['markup', '<b>x</b><a href="http://x.example/">y</a>', '&lt;b&gt;x&lt;/b&gt;&lt;a href='],
  ['entities', '&lt;b&gt;&#60;i&#62;&amp;', '&amp;lt;b&amp;gt;&amp;#60;i&amp;#62;&amp;amp;'],
  ['an option', '--action=end=Kill', '--action=end=Kill'],
  ['conversions', '%s%n%1$s%%', '%s%n%1$s%%'],
  ['ends of lines and escapes', 'a\nTo: b\r\tc\\n\\074', 'a?To: b??c\\n\\074'],
];
for (const [what, nasty, shownAs] of hostile) {
  testOnDesktop(
    `${what} in titles and paths is only text for the notification daemon`,
    async () => {
      const {warner} = warnerOf(shown.folder);
      const from = shown.notified.length;
      const sighting = sightingOf({
        ...{pid: 1, executable: `/tmp/${nasty}`, parents: []},
        ...{script: `/srv/${nasty}`, directory: nasty, commandLine: [nasty, nasty]},
      });
      warner.warn({sighting, times: 1, remoteName: nasty});
      const told = (): string => shown.notified.slice(from);
      await until('the notification', () => told().includes('"urgency"'));
      expect(told()).toContain(shownAs);
      expect(told()).not.toMatch(/<(?:a|b|i|img)\b/);
      // A process that may not be ended has no such button, whatever its name is.
      expect(told()).not.toContain('string "end"');
    },
  );
}

testOnDesktop('the end of the daemon withdraws its windows, however it comes', async () => {
  const running = (): string => execFileSync('ps', ['-e', '-o', 'args'], {encoding: 'utf8'});
  const {warner} = warnerOf(shown.folder);
  warner.warn({sighting: sightingOf({pid: 1}), times: 1});
  await shown.window(1);
  // The notification daemon shows a closed window for some seconds more.
  const closed = (): number => shown.notified.split('member=NotificationClosed').length;
  let before = closed();
  await warner.stop();
  await until('the window to be closed', () => closed() > before);

  const script = bundle(
    newDir(),
    `import {showWindow} from './src/sys/talk/desktop.js';
     const window = {title: 'of a daemon that is killed', body: 'nothing', buttons: [{id: 'a', label: 'Allow'}]};
     await showWindow({name: 'nobody', uid: 65534, gid: 65534}, window, '${shown.folder}', new AbortController().signal);`,
  );
  const child = startScript(script);
  await until('it', () => shown.notified.includes('of a daemon that is killed'));
  await until('notify-send', () => running().includes('of a daemon that is killed'));
  before = closed();
  child.process.kill('SIGKILL');
  await until('notify-send to go', () => !running().includes('of a daemon that is killed'));
  await until('the window to be closed', () => closed() > before);
});

testOnDesktop('a missing session is logged once, and three windows are enough', async () => {
  const empty = warnerOf(newDir());
  for (let count = 0; count < 3; count++) empty.warner.warn({sighting: sightingOf(), times: 1});
  await until('the words', () => empty.said.some((line) => line.startsWith('error')));
  await empty.warner.stop();
  expect(empty.said.filter((line) => !line.includes('SMTP to'))).toEqual([
    expect.stringMatching(/^error warnings by window: no session of this user/),
  ]);

  const {warner, said} = warnerOf(shown.folder);
  for (let count = 0; count < 5; count++) warner.warn({sighting: sightingOf({pid: 1}), times: 1});
  await shown.window(1);
  await warner.stop();
  expect(said.filter((line) => line.includes('by window'))).toEqual([
    expect.stringContaining('too many (3 at once'),
    expect.stringContaining('2 were left out'),
  ]);
});
