/**
 * Writes a warning about a local program that speaks SMTP to another machine: as a line of the log, as
 * the lines of a window or a mail, and as JSON for a program of the administrator. The user of the
 * process chooses paths, names and command lines, so each is made printable and cut. It stands in quotes
 * if a reader could take it for a part of our own text. `limits.ts` decides which connections lead to a
 * warning, and `outgoing/warn/live/warner.ts` where it goes.
 */
import {printable, printablePath, quoted} from '../../base/printable.js';
import {preciseTime} from '../../base/time-text.js';
import {type Connection, endpointText} from '../connection.js';
import type {Home, Owner, Parent, Sighting, Confidence} from '../owner.js';

export interface Warning {
  readonly sighting: Sighting;
  /** The remote's name in DNS. The operator of that zone chooses it. Absent: not known. */
  readonly remoteName?: string;
  /** Connections of the program since its last warning, this one included. A count. */
  readonly times: number;
}

/** Longest path of a program, script or directory that is shown. Characters: a window is narrow. */
const pathCharacters = 160;
/** Longest path in the JSON. Characters: the kernel's limit (PATH_MAX). */
const wholePathCharacters = 4096;
/** Longest path of a parent in the JSON. Characters: the whole JSON must fit into a pipe. */
const parentPathCharacters = 512;
/** Longest name of a user, a unit, a container or a host. Characters: a host has no more than 253. */
export const nameCharacters = 253;
/** Longest command line that is shown, and each word of it in the JSON. Characters. */
const commandLineCharacters = 240;
/** Words of a command line in the JSON. A count. */
const commandLineWords = 32;
/** Parents that are shown, the nearest first. A count: those above only started the session. */
export const mostParents = 6;

const surenessText: Readonly<Record<Confidence, string>> = {
  certain: 'it holds the socket',
  shared: 'others share its socket',
  told: 'the kernel saw it connect',
  gone: 'it has ended already',
  user: 'only the user is known',
  unknown: 'who it is is not known',
};

const shownPath = (text: string): string => quoted(printablePath(text, pathCharacters));
export const wholePath = (text: string): string => printablePath(text, wholePathCharacters);
const name = (text: string): string => printable(text, nameCharacters);
const shownName = (text: string): string => quoted(name(text));

/**
 * The number of the user of the process, or of the socket; undefined: not known. A connection that has
 * ended has no inode, and the kernel prints 0 for its user, which does not mean root.
 */
export function uidOf({owner, connection: {uid, inode}}: Sighting): number | undefined {
  const known = owner?.uid ?? (inode === '0' ? -1 : uid);
  return known < 0 ? undefined : known;
}

const userText = (sighting: Sighting): string => {
  const user = sighting.owner?.user || uidOf(sighting)?.toString();
  return user === undefined ? 'user not known' : `user ${shownName(user)}`;
};

/** `/usr/bin/perl (script /tmp/x.pl), pid 4711, user www-data`, without the parts that are not known. */
function programText({sighting}: Warning): string {
  const {owner} = sighting;
  const user = userText(sighting);
  if (owner === undefined) {
    return uidOf(sighting) === undefined ? `an unknown program, ${user}` : `a program of ${user}`;
  }
  const {pid, script} = owner;
  const running = script === '' ? '' : ` (script ${shownPath(script)})`;
  return `${programOf(owner)}${running}, pid ${pid}, ${user}`;
}

const programOf = ({executable, command}: Owner): string =>
  shownPath(executable || command) || 'an unknown program';

function remoteText({sighting: {connection}, remoteName = ''}: Warning): string {
  const endpoint = endpointText(connection.remote, connection.remotePort);
  return remoteName === '' ? endpoint : `${endpoint} (${shownName(remoteName)})`;
}

const parentText = ({program, pid}: Parent): string => `${shownPath(program)} (${pid})`;

const parentsText = ({parents}: Owner): string[] =>
  parents.length === 0
    ? []
    : [`started by ${parents.slice(0, mostParents).map(parentText).join(' < ')}`];

/** Empty if the process belongs to no unit, container or session. */
export const homeText = (home: Home): string =>
  home.kind === 'none' ? '' : `${home.kind} ${shownName(home.name)}`;

const directoryText = ({directory}: Owner): string[] =>
  directory === '' ? [] : [`in ${shownPath(directory)}`];

const timesText = ({times}: Warning): string[] =>
  times <= 1 ? [] : [`${times} connections since the last warning`];

/** The line of the log. */
export function warningText(warning: Warning): string {
  const {owner, sureness} = warning.sighting;
  const about = owner === undefined ? [] : [...directoryText(owner), ...parentsText(owner)];
  const home = homeText(owner?.home ?? {kind: 'none'});
  return [
    `SMTP to ${remoteText(warning)} by ${programText(warning)}`,
    ...about,
    ...(home === '' ? [] : [home]),
    surenessText[sureness],
    ...timesText(warning),
  ].join('; ');
}

/** The subject of a mail. No quotes are needed: nothing follows the path that it could imitate. */
export const warningTitle = ({sighting: {owner, connection}}: Warning): string =>
  `${owner === undefined ? 'a program' : titleOf(owner)} speaks SMTP to ${endpointText(connection.remote, connection.remotePort)}`;

const titleOf = ({executable, command}: Owner): string =>
  printablePath(executable || command, pathCharacters) || 'an unknown program';

/** The lines of a window or a mail; plain text, without markup. */
export function warningBody(warning: Warning): string[] {
  const {owner, sureness} = warning.sighting;
  const about = owner === undefined ? [] : ownerLines(owner);
  return [
    programText(warning),
    `to ${remoteText(warning)}`,
    ...about,
    [surenessText[sureness], ...timesText(warning)].join('; '),
  ];
}

function ownerLines(owner: Owner): string[] {
  const where = [...directoryText(owner), homeText(owner.home)].filter((text) => text !== '');
  const words = printable(owner.commandLine.join(' '), commandLineCharacters);
  return [
    ...parentsText(owner),
    where.join(', '),
    words === '' ? '' : `command line: ${words}`,
  ].filter((line) => line !== '');
}

/**
 * Escapes text for the body of a notification, where `<b>` and `&lt;` are markup
 * (Desktop Notifications Specification, "Markup").
 */
export const markupText = (lines: readonly string[]): string =>
  lines.join('\n').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** One JSON object in one line. */
export const warningJson = (warning: Warning, host: string): string =>
  JSON.stringify(warningFields(warning, host));

/** docs/warnings.md describes the fields. A field that is not known is absent. */
export function warningFields(warning: Warning, host: string): object {
  const {sighting, remoteName = ''} = warning;
  const {atMs, connection, sureness, owner} = sighting;
  return {
    version: 1,
    time: preciseTime(atMs),
    host: name(host),
    text: warningText(warning),
    sureness,
    times: warning.times,
    remote: {
      address: connection.remote.text,
      port: connection.remotePort,
      name: known(name(remoteName)),
    },
    local: connection.localPort > 0 ? localFields(connection) : undefined,
    uid: uidOf(sighting),
    process: owner && processFields(owner, sureness),
  };
}

const localFields = ({local, localPort}: Connection): object => ({
  address: local.text,
  port: localPort,
});

/** Turns an empty text into undefined, which JSON leaves out. */
const known = (text: string): string | undefined => (text === '' ? undefined : text);

const some = (items: readonly unknown[]): readonly unknown[] | undefined =>
  items.length === 0 ? undefined : items;

function processFields(owner: Owner, sureness: Confidence): object {
  const {pid, startedMs, uid, user, executable, command, directory, script, home} = owner;
  // For a process that is gone, `startedMs` is the time at which we looked for it.
  const started = sureness === 'gone' || startedMs <= 0 ? undefined : preciseTime(startedMs);
  return {
    pid,
    started,
    uid: uid < 0 ? undefined : uid,
    user: known(name(user)),
    program: known(wholePath(executable)),
    command: known(name(command)),
    command_line: some(
      owner.commandLine
        .slice(0, commandLineWords)
        .map((word) => printable(word, commandLineCharacters)),
    ),
    directory: known(wholePath(directory)),
    script: known(wholePath(script)),
    parents: some(
      owner.parents
        .slice(0, mostParents)
        .map(({pid, program}) => ({pid, program: printablePath(program, parentPathCharacters)})),
    ),
    ...homeFields(home),
  };
}

/** One field `unit`, `container` or `session`, or none. */
export const homeFields = (home: Home): object =>
  home.kind === 'none' ? {} : {[home.kind]: name(home.name)};
