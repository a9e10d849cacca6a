/**
 * Shows a notification with buttons on a user's desktop, by notify-send(1) of libnotify. It runs as that
 * user, because a session's D-Bus accepts no other user, not even root (dbus-daemon asks the kernel
 * who connects). The answer comes from the user's programs. It is bounded, and must be one of the buttons.
 */
import fs from 'node:fs';
import {printable} from '../../base/printable.js';
import {type CommandResult, runCommand, startCommand} from '../run/command.js';
import {lackingCapabilities} from '../run/machine.js';

interface DesktopUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

interface WarningWindow {
  readonly title: string;
  /** Uses the markup of the notification specification. */
  readonly body: string;
  readonly buttons: readonly Button[];
}

export interface Button {
  readonly id: string;
  readonly label: string;
}

type Shown =
  | {readonly kind: 'clicked'; readonly id: string}
  | {readonly kind: 'closed'}
  | {readonly kind: 'failed'; readonly why: string};

type Found =
  | {readonly kind: 'user'; readonly user: DesktopUser}
  | {readonly kind: 'none'; readonly why: string};

/** The folder in which systemd keeps the sessions' D-Bus sockets: UID/bus. */
export const runtimeFolder = '/run/user';

/** Time to find the user. Ms: it takes some milliseconds. */
const askMs = 5000;
/** Length of a quoted error, which comes from a program of the user. Characters. */
const quotedCharacters = 200;
/** Length of an answer. Bytes: more than the name of a button. */
const mostAnswerBytes = 64;

/** @param wanted a user's name, or `auto`: the user of the active session at seat0 */
export async function desktopUser(wanted: string, folder: string): Promise<Found> {
  const lacking = lackingCapabilities(['CAP_SETUID', 'CAP_SETGID']);
  if (lacking.length > 0)
    return none(`no right to act as its user (${lacking.join(', ')}): ${remedy}`);
  const named = wanted === 'auto' ? await activeUser() : wanted;
  if (typeof named === 'object') return named;
  const passwd = await ask('getent', ['passwd', '--', named]);
  const [name, , uid, gid] = passwd.kind === 'done' ? passwd.stdout.split(':') : [];
  if (name === undefined) return none('there is no such user');
  const user = {name, uid: Number(uid), gid: Number(gid)};
  return hasSession(user, folder)
    ? {kind: 'user', user}
    : none(`no session of this user, or it is hidden from us (ProtectHome): ${remedy}`);
}

/** @returns the number of the user */
async function activeUser(): Promise<string | Found> {
  const seat = ['show-seat', 'seat0', '--property=ActiveSession', '--value'];
  const session = await ask('loginctl', seat);
  if (session.kind !== 'done') return none(session.why);
  const id = session.stdout.trim();
  if (!/^[A-Za-z0-9]{1,32}$/.test(id)) return none('nobody sits at the machine');
  const words = ['show-session', id, '--property=User', '--property=Class'];
  const facts = await ask('loginctl', words);
  if (facts.kind !== 'done') return none(facts.why);
  const uid = /^User=(\d+)$/m.exec(facts.stdout)?.[1];
  // Not the session of the login screen (`greeter`).
  const isUser = /^Class=user$/m.test(facts.stdout);
  return isUser && uid !== undefined ? uid : none('nobody sits at the machine');
}

const ask = (program: string, words: readonly string[]): Promise<CommandResult> =>
  runCommand(program, words, {timeoutMs: askMs});

/** How to open the sandbox of our unit for this. */
const remedy = 'see desktop.conf in docs/warnings.md, installed in /usr/share/doc/blocksmtp';

const none = (why: string): Found => ({kind: 'none', why});

/**
 * Looks only at the folder above, because the user's own folder may be a file system of that user.
 */
function hasSession({uid}: DesktopUser, folder: string): boolean {
  try {
    return fs.readdirSync(folder).includes(String(uid));
  } catch {
    return false;
  }
}

/**
 * Shows the window until a button is clicked, the window is closed, or the signal withdraws it. The window vanishes when
 * this process ends, in whatever way. Never fails.
 */
export async function showWindow(
  {uid, gid}: DesktopUser,
  {title, body, buttons}: WarningWindow,
  folder: string,
  stop: AbortSignal,
): Promise<Shown> {
  const asUser = [`--reuid=${uid}`, `--regid=${gid}`, '--init-groups', '--reset-env'];
  const bus = `DBUS_SESSION_BUS_ADDRESS=unix:path=${folder}/${uid}/bus`;
  const actions = buttons.map(({id, label}) => `--action=${id}=${label}`);
  // notify-send reads escapes like those of C in a body: \\074 would be a `<`.
  const text = ['--', title, body.replaceAll('\\', '\\\\')];
  const looks = ['--app-name=blocksmtp', '--urgency=critical', '--icon=dialog-warning'];
  // At SIGINT notify-send removes its window.
  const words = ['--pdeathsig', 'INT', ...asUser, 'env', bus, 'notify-send', '--wait'];
  const all = [...words, ...looks, ...actions, ...text];
  const {output, ended} = startCommand('setpriv', all, stop, {endedBy: 'SIGINT'});
  const answer = await firstBytes(output);
  const end = await ended;
  const button = buttons.find(({id}) => id === answer.trim());
  if (button !== undefined) return {kind: 'clicked', id: button.id};
  if (end.kind === 'failed' || end.kind === 'missing') {
    return {kind: 'failed', why: printable(end.why, quotedCharacters)};
  }
  return {kind: 'closed'};
}

async function firstBytes(output: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of output) {
    if (text.length < mostAnswerBytes) text += chunk.toString('latin1', 0, mostAnswerBytes);
  }
  return text;
}
