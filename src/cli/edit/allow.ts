/**
 * `blocksmtp allow` and `blocksmtp disallow`: edit the whitelist, and say whether anything changed. The
 * daemon reads the file within a second. The command asks the daemon whether it did, because it may read
 * another file.
 */
import {askDaemon} from '../commands/ask.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import {asciiJson} from '../../base/printable.js';
import type {Config} from '../../config/schema.js';
import {deniedText} from '../../control/reading.js';
import {networkOf} from '../../net/network.js';
import {allowIn, disallowIn, type WhitelistEdit} from '../../net/whitelist-edit.js';
import {editFile} from '../../sys/disk/edited-file.js';
import {pause} from '../../sys/run/clock.js';
import type {Log} from '../../sys/talk/log.js';

type Edit =
  | {readonly kind: 'allow'; readonly network: string; readonly comment: string}
  | {readonly kind: 'disallow'; readonly network: string};

export async function editWhitelist(
  edit: Edit,
  config: Config,
  form: 'text' | 'json',
  log: Log,
  output: Output,
): Promise<ExitCode> {
  const {whiteList: file} = config;
  const network = networkOf(edit.network);
  let result: WhitelistEdit = {kind: 'unchanged'};
  try {
    editFile(file, (text) => {
      // UTF-8 bytes, like all bytes of the file.
      const comment =
        edit.kind === 'allow' ? Buffer.from(edit.comment, 'utf8').toString('latin1') : '';
      result = edit.kind === 'allow' ? allowIn(text, network, comment) : disallowIn(text, network);
      return result.kind === 'changed' ? result.text : undefined;
    });
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    const why = code === 'EACCES' ? `${file}: ${deniedText({command: 'block'})}` : message;
    log.say('error', `the whitelist is as it was: ${why}`);
    return exitCode.unavailable;
  }
  return tell(edit.kind, network.text, result, config, form, output);
}

async function tell(
  kind: Edit['kind'],
  network: string,
  result: WhitelistEdit,
  config: Config,
  form: 'text' | 'json',
  output: Output,
): Promise<ExitCode> {
  if (result.kind === 'refused') {
    output.complain(`${config.whiteList}: ${result.why}`);
    return exitCode.no;
  }
  const changed = result.kind === 'changed';
  const by = result.kind === 'unchanged' ? result.by : undefined;
  const daemon = changed ? await daemonKnows(kind, network, config) : 'notAsked';
  if (form === 'json') {
    const entry = by === undefined ? null : {line: by.line, text: by.text};
    output.print(`${asciiJson({network, changed, file: config.whiteList, entry, daemon}, 2)}\n`);
  } else {
    const sentence = `${network} ${text(kind, result, config.whiteList)}${daemonText[daemon]}`;
    if (changed) output.print(`${sentence}\n`);
    else output.complain(sentence);
  }
  return changed ? exitCode.ok : exitCode.no;
}

function text(kind: Edit['kind'], result: WhitelistEdit, file: string): string {
  if (result.kind === 'changed') {
    return kind === 'allow' ? `is in ${file} now` : `is no longer in ${file}`;
  }
  const by = result.kind === 'unchanged' ? result.by : undefined;
  const where = by === undefined ? file : `${file}:${by.line}: ${by.text}`;
  if (kind === 'allow') return `was allowed already: ${where}`;
  return by === undefined
    ? `was not in ${file}`
    : `is allowed by a larger entry, which stays: ${where}`;
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
