/**
 * The desktop of user `nobody`, without a screen: a virtual display, a session's D-Bus, a notification daemon that
 * draws buttons, and a mouse.
 */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import fs from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {sleep, until} from '../../../support/temp.js';
import type {Needs} from '../../../support/where-available.js';
import {lowestTexts, type Picture, type Place, screenPicture} from './picture.js';

const notificationDaemon = '/usr/lib/notification-daemon/notification-daemon';

export const desktopNeeds: Needs = {
  root: true,
  tools: ['Xvfb', 'dbus-daemon', 'dbus-monitor', 'notify-send', 'setpriv', 'xdotool', 'perl'],
  works: ['test', '-x', notificationDaemon],
};

const uid = 65_534;
const asUser = ['--reuid=nobody', '--regid=nogroup', '--init-groups', '--reset-env'];

export class Desktop {
  /** The folder that stands for `/run/user`. */
  readonly folder: string;
  readonly userName = 'nobody';
  readonly #started: ChildProcess[] = [];
  #display = '';
  #notified = '';

  private constructor() {
    this.folder = fs.mkdtempSync(join(tmpdir(), 'blocksmtp-desktop-'));
    fs.chmodSync(this.folder, 0o755);
    fs.mkdirSync(join(this.folder, String(uid)), {mode: 0o700});
    fs.chownSync(join(this.folder, String(uid)), uid, uid);
  }

  static async start(): Promise<Desktop> {
    const desktop = new Desktop();
    const screen = ['-screen', '0', '800x600x24', '-fbdir', desktop.folder, '-nolisten', 'tcp'];
    // Xvfb chooses the number of the display itself, and prints it.
    const server = desktop.#spawn('Xvfb', ['-displayfd', '1', '-ac', ...screen]);
    server.stdout?.on('data', (data: Buffer) => (desktop.#display += data.toString()));
    const bus = `${desktop.folder}/${uid}/bus`;
    desktop.#run('dbus-daemon', '--session', '--nofork', `--address=unix:path=${bus}`);
    await until('the display', () => desktop.#display.endsWith('\n'));
    await until('the bus', () => fs.existsSync(bus));
    const monitor = desktop.#run('dbus-monitor', "interface='org.freedesktop.Notifications'");
    monitor.stdout?.on('data', (data: Buffer) => (desktop.#notified += data.toString()));
    desktop.#run(notificationDaemon);
    const names = (): string => desktop.#ask('dbus-send', ...whoHas);
    await until('the notification daemon', () => names().includes('boolean true'), undefined, 50);
    return desktop;
  }

  stop(): void {
    for (const child of this.#started.reverse()) child.kill('SIGKILL');
    fs.rmSync(this.folder, {recursive: true, force: true});
  }

  /** All messages on the bus to and from the notification daemon. */
  get notified(): string {
    return this.#notified;
  }

  /** Waits for the window with this many buttons, until it stands still. @throws when none comes */
  async window(buttons: number): Promise<{picture: Picture; place: Place}> {
    let found: {picture: Picture; place: Place} | undefined;
    const look = async (): Promise<boolean> => {
      const place = this.#place();
      if (place === undefined) return false;
      const picture = this.#picture(place);
      if (lowestTexts(picture).length !== buttons) return false;
      await sleep(150); // the window fades in
      found = {picture: this.#picture(place), place};
      return picture.pixels.equals(found.picture.pixels);
    };
    await until(`a window with ${buttons} buttons`, look, undefined, 50);
    return found!;
  }

  /** Clicks a button of the window. @param button its number from the left, from 0 */
  async click(button: number, buttons: number): Promise<void> {
    const {picture, place} = await this.window(buttons);
    const {x, y} = lowestTexts(picture)[button]!;
    const at = [place.x + x, place.y + y].map(String);
    this.#xdotool('mousemove', ...at, 'sleep', '0.1', 'click', '1', 'mousemove', '10', '590');
  }

  #place(): Place | undefined {
    try {
      const search = ['search', '--onlyvisible', '--name', '^Notification$'];
      const text = this.#xdotool(...search, 'getwindowgeometry', '--shell');
      const number = (name: string): number =>
        Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(text)?.[1]);
      const place = {
        x: number('X'),
        y: number('Y'),
        width: number('WIDTH'),
        height: number('HEIGHT'),
      };
      return place.x + place.width <= 800 && place.y + place.height <= 600 ? place : undefined;
    } catch {
      return undefined; // there is no window
    }
  }

  #picture(place: Place): Picture {
    return screenPicture(join(this.folder, 'Xvfb_screen0'), place);
  }

  #xdotool(...words: string[]): string {
    const env = {...process.env, DISPLAY: `:${this.#display.trim()}`};
    return execFileSync('xdotool', words, {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  #words(program: string, words: readonly string[]): string[] {
    const bus = `DBUS_SESSION_BUS_ADDRESS=unix:path=${this.folder}/${uid}/bus`;
    const display = `DISPLAY=:${this.#display.trim()}`;
    return [...asUser, 'env', bus, display, 'NO_AT_BRIDGE=1', program, ...words];
  }

  #ask(program: string, ...words: string[]): string {
    return execFileSync('setpriv', this.#words(program, words), {encoding: 'utf8'});
  }

  #run(program: string, ...words: string[]): ChildProcess {
    return this.#spawn('setpriv', ['--pdeathsig', 'KILL', ...this.#words(program, words)]);
  }

  #spawn(program: string, words: readonly string[]): ChildProcess {
    const child = spawn(program, words, {stdio: ['ignore', 'pipe', 'ignore']});
    this.#started.push(child);
    return child;
  }
}

const whoHas = [
  '--session',
  '--print-reply',
  '--dest=org.freedesktop.DBus',
  '/',
  'org.freedesktop.DBus.NameHasOwner',
  'string:org.freedesktop.Notifications',
];
