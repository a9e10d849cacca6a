/**
 * `blocksmtp allow` and `blocksmtp disallow`: edit the whitelist, and say whether anything changed. The
 * daemon reads the file within a second. The command asks the daemon whether it did, because it may read
 * another file. If the file is gone, the last good list is in force, so that one is edited and written back.
 */
import {askDaemon} from '../commands/ask.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output, WithoutDaemon} from '../face/surroundings.js';
import {patienceMs} from '../inspect/hung-daemon.js';
import {asciiJson} from '../../base/printable.js';
import {effectiveConfig} from '../../config/effective.js';
import type {Config} from '../../config/schema.js';
import {deniedText} from '../../control/reading.js';
import {networkOf} from '../../net/network.js';
import {parseWhitelist} from '../../net/whitelist.js';
import {allowIn, disallowIn, type WhitelistEdit} from '../../net/whitelist-edit.js';
import {type KeptList, keptToLook, nothingKept} from '../../score/live/kept-list.js';
import {entriesText} from '../../score/whitelist-view.js';
import {editFile} from '../../sys/disk/edited-file.js';
import {pause} from '../../sys/run/clock.js';
import type {Log} from '../../sys/talk/log.js';

export type Edit =
  | {readonly kind: 'allow'; readonly network: string; readonly comment: string}
  | {readonly kind: 'disallow'; readonly network: string};

/** The file to edit, and the list that is in force if it is gone. */
interface Place {
  readonly file: string;
  readonly kept: KeptList;
}

/**
 * @param named whether the command line names the whitelist
 * @param alone `mayNotWork`: the configuration file is bad, so only the daemon knows which whitelist it reads
 */
export async function editWhitelist(
  edit: Edit,
  config: Config,
  form: 'text' | 'json',
  log: Log,
  output: Output,
  named: 'file' | 'nothing' = 'nothing',
  alone: WithoutDaemon = 'mayWork',
): Promise<ExitCode> {
  const network = networkOf(edit.network);
  const place = await placeOf(config, named === 'file' ? 'mayWork' : alone);
  if (place === undefined) {
    output.complain(undoneText(edit));
    return exitCode.configuration;
  }
  const {file, kept} = place;
  let result: WhitelistEdit = {kind: 'unchanged'};
  let lost: Lost | undefined;
  try {
    editFile(file, (there) => {
      lost = there === undefined ? lostIn(kept) : undefined;
      const text = there ?? lost?.text ?? '';
      const comment = edit.kind === 'allow' ? bytesOf(edit.comment) : '';
      result = edit.kind === 'allow' ? allowIn(text, network, comment) : disallowIn(text, network);
      return result.kind === 'changed' ? result.text : undefined;
    });
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    const why = code === 'EACCES' ? `${file}: ${deniedText({command: 'block'})}` : message;
    log.say('error', `the whitelist is as it was: ${why}`);
    return exitCode.unavailable;
  }
  return tell(edit.kind, network.text, {result, file, lost}, config, form, output);
}

/** What to say if neither the file nor a daemon tells which whitelist is meant. */
export const undoneText = ({kind, network}: Pick<Edit, 'kind' | 'network'>): string =>
  kind === 'allow'
    ? `${network} is NOT allowed: correct the configuration, or add the line to the whitelist yourself`
    : `${network} is allowed as before: correct the configuration, or take the line out of the whitelist yourself`;

/** @returns undefined: not known */
async function placeOf(config: Config, alone: WithoutDaemon): Promise<Place | undefined> {
  const asked = await askDaemon(config.controlSocket, {command: 'status'}, patienceMs);
  if (asked.kind !== 'answer' || asked.answer.kind !== 'status') {
    if (alone === 'mayNotWork') return undefined;
    return {file: config.whiteList, kept: keptToLook(config.stateDir)};
  }
  const {whiteList, stateDir} = effectiveConfig(config, asked.answer.status.settings);
  const file = alone === 'mayNotWork' ? whiteList : config.whiteList;
  // The daemon keeps the list of its own file.
  return {file, kept: file === whiteList ? keptToLook(stateDir) : nothingKept};
}

/** The last good list of a file that is gone. */
interface Lost {
  readonly copy: string;
  readonly text: string;
  readonly entries: number;
}

function lostIn(kept: KeptList): Lost | undefined {
  const text = kept.read();
  if (text === undefined) return undefined;
  return {copy: kept.path, text: bytesOf(text), entries: parseWhitelist('', text).entries.length};
}

/** UTF-8 bytes, a character each, like all bytes of the file. */
const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

interface Edited {
  readonly result: WhitelistEdit;
  readonly file: string;
  readonly lost: Lost | undefined;
}

async function tell(
  kind: Edit['kind'],
  network: string,
  edited: Edited,
  config: Config,
  form: 'text' | 'json',
  output: Output,
): Promise<ExitCode> {
  const {result, file, lost} = edited;
  if (result.kind === 'refused') {
    output.complain(`${file}: ${result.why}`);
    return exitCode.no;
  }
  const changed = result.kind === 'changed';
  const by = result.kind === 'unchanged' ? result.by : undefined;
  const daemon = changed ? await daemonKnows(kind, network, config) : 'notAsked';
  if (form === 'json') {
    const entry = by === undefined ? null : {line: by.line, text: by.text};
    const restored = changed && lost !== undefined ? {restoredEntries: lost.entries} : {};
    output.print(`${asciiJson({network, changed, file, entry, daemon, ...restored}, 2)}\n`);
  } else {
    const sentence = `${network} ${text(kind, edited)}${daemonText[daemon]}${lostText(edited)}`;
    if (changed) output.print(`${sentence}\n`);
    else output.complain(sentence);
  }
  return changed ? exitCode.ok : exitCode.no;
}

function text(kind: Edit['kind'], {result, file, lost}: Edited): string {
  if (result.kind === 'changed') {
    return kind === 'allow' ? `is in ${file} now` : `is no longer in ${file}`;
  }
  const by = result.kind === 'unchanged' ? result.by : undefined;
  const source = lost?.copy ?? file;
  const where = by === undefined ? source : `${source}:${by.line}: ${by.text}`;
  if (kind === 'allow') return `was allowed already: ${where}`;
  return by === undefined
    ? `was not in ${source}`
    : `is allowed by a larger entry, which stays: ${where}`;
}

function lostText({result, file, lost}: Edited): string {
  if (lost === undefined) return '';
  const list = `the last good list (${entriesText(lost.entries)})`;
  return result.kind === 'changed'
    ? `; the file was gone: ${list} is written back`
    : `; ${file} is gone, and ${list} is in force: to have it back: cp ${lost.copy} ${file}`;
}

type DaemonKnows = 'notAsked' | 'none' | 'knows' | 'knowsNot';

const daemonText: Readonly<Record<DaemonKnows, string>> = {
  notAsked: '',
  none: '; no daemon runs',
  knows: ', and the daemon knows it',
  knowsNot:
    '; the daemon does not go by it: it may read another file, or another entry counts (`blocksmtp doctor`)',
};

/**
 * How long to wait, and how often to ask. Ms: the daemon checks the file each second, on a busy machine
 * later.
 */
const [mostMs, everyMs] = [5000, 200];

async function daemonKnows(
  kind: Edit['kind'],
  network: string,
  {controlSocket}: Config,
): Promise<DaemonKnows> {
  for (let leftMs = mostMs; leftMs > 0; leftMs -= everyMs) {
    const asked = await askDaemon(controlSocket, {command: 'why', network}, mostMs);
    if (asked.kind === 'noDaemon') return 'none';
    if (asked.kind === 'answer' && asked.answer.kind === 'why') {
      const isExempt = asked.answer.why.exemption !== null;
      if (isExempt === (kind === 'allow')) return 'knows';
    }
    await pause(everyMs);
  }
  return 'knowsNot';
}
