/**
 * `watch`: shows live which local programs open connections to mail ports of other machines. It
 * observes by itself, with or without a daemon, and stores nothing.
 */
import {printable, printablePath} from '../../base/printable.js';
import type {Say} from '../../base/say.js';
import {localTime} from '../../base/time-text.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output, Signals} from '../face/surroundings.js';
import type {Config} from '../../config/schema.js';
import {emptyState} from '../../guard/state.js';
import {endpointText} from '../../outgoing/connection.js';
import {OutgoingWatch} from '../../outgoing/live/watch.js';
import {homeText, nameCharacters, uidOf, warningFields} from '../../outgoing/warn/warning.js';
import type {Observed} from '../../outgoing/watch/observation.js';
import {hostName, lackingCapabilities} from '../../sys/run/machine.js';
import {RemoteNames} from '../../sys/talk/remote-names.js';

/**
 * Room for an IPv4 address with its port and some of its name, or for most of an IPv6 address.
 * Characters.
 */
const remoteCharacters = 32;

/**
 * The columns of the table and their widths; longer text is cut, except in the last column.
 * Characters.
 */
const columns = [
  ['TIME', 14],
  ['USER', 12],
  ['PID', 7],
  ['SURE', 8],
  ['REMOTE', remoteCharacters],
  ['PROGRAM', 40],
  ['DIRECTORY', 24],
  ['PARENT', 24],
  ['OF', nameCharacters],
] as const;

export async function watchLive(
  config: Config,
  form: 'text' | 'json',
  scope: 'all' | 'others',
  signals: Signals,
  output: Output & {readonly say: Say},
): Promise<ExitCode> {
  const end = new AbortController();
  signals.onStop(() => end.abort());
  const lacking = lackingCapabilities(['CAP_SYS_PTRACE']);
  if (lacking.length > 0) {
    output.complain(
      `without ${lacking.join(', ')} only your own processes are named: run it as root`,
    );
  }
  const names = new RemoteNames();
  if (form === 'text') output.print(line(columns.map(([name]) => name)));
  const see = ({sighting, standing}: Observed): void => {
    if (standing === 'allowed' && scope === 'others') return;
    void names.of(sighting.connection.remote.text).then((name) => {
      output.print(
        form === 'json'
          ? `${JSON.stringify({...fields(sighting, name), standing})}\n`
          : line(cells(sighting, name)),
      );
    });
  };
  // Only the daemon may release connections that its rules hold back.
  const settings = {...config, outbound: 'observe'} as const;
  const rows = emptyState('unsaved').outgoing;
  await new OutgoingWatch(settings, {rows, see, say: output.say}).run(end.signal);
  return exitCode.ok;
}

const fields = (sighting: Observed['sighting'], remoteName?: string): object =>
  warningFields({sighting, times: 1, ...(remoteName && {remoteName})}, hostName());

/** A row of the table. */
export function cells(sighting: Observed['sighting'], name?: string): string[] {
  const {atMs, connection, sureness, owner} = sighting;
  const remote = endpointText(connection.remote, connection.remotePort);
  const parent = owner?.parents[0];
  return [
    localTime(atMs).slice(11),
    owner?.user || (uidOf(sighting)?.toString() ?? ''),
    owner === undefined ? '-' : String(owner.pid),
    sureness,
    // If both do not fit, the name is dropped: it is less important, and its owner chooses it.
    name === undefined || remote.length > remoteCharacters - 4
      ? remote
      : printable(`${remote} ${name}`, remoteCharacters),
    owner === undefined ? '-' : [owner.executable || owner.command, owner.script].join(' ').trim(),
    owner?.directory ?? '',
    parent === undefined ? '' : `${parent.program} (${parent.pid})`,
    owner === undefined ? '' : homeText(owner.home),
  ];
}

/** Columns of fixed width. */
export const line = (texts: readonly string[]): string =>
  `${columns
    .map(([, width], i) => {
      const cell = printablePath(texts[i] ?? '', width) || '-';
      return i === columns.length - 1 ? cell : cell.padEnd(width);
    })
    .join('  ')
    .trimEnd()}\n`;
