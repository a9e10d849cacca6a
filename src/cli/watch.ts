/**
 * `watch`: shows live which local programs open connections to mail ports of other machines. Looks
 * for itself, beside a daemon or without one, and remembers nothing.
 */
import type {Config} from '../config/schema.js';
import type {Observed} from '../daemon/observer.js';
import {Outbound} from '../daemon/outbound.js';
import {type Say, printable} from '../log-level.js';
import {endpointText} from '../outbound/connection.js';
import {homeText, uidOf, warningFields} from '../outbound/warning.js';
import {emptyState} from '../state/state.js';
import {hostName, lackingCapabilities} from '../sys/machine.js';
import {RemoteNames} from '../sys/remote-names.js';
import {type ExitCode, exitCode} from './exit.js';
import type {Output} from './operate.js';
import type {Signals} from './run.js';
import {localTime} from './terminal.js';

/** Columns of the table, and how wide each is; what is longer pushes the rest. Characters. */
const columns = [
  ['TIME', 8],
  ['USER', 10],
  ['PID', 7],
  ['SURE', 8],
  ['REMOTE', 24],
  ['PROGRAM', 40],
  ['DIRECTORY', 24],
  ['PARENT', 20],
  ['OF', 0],
] as const;

/** Longest name or path in a column. Characters. */
const cellCharacters = 80;

export async function watch(
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
  // What is held back is the daemon's to let go.
  const settings = {...config, outbound: 'observe'} as const;
  const nothing = (): void => undefined;
  const parts = {
    rows: emptyState('unsaved').outgoing,
    onCount: nothing,
    release: nothing,
    withdraw: nothing,
  };
  await new Outbound(settings, {...parts, warn: nothing, see, say: output.say}).run(end.signal);
  return exitCode.ok;
}

const fields = (sighting: Observed['sighting'], remoteName?: string): object =>
  warningFields({sighting, times: 1, ...(remoteName && {remoteName})}, hostName());

function cells(sighting: Observed['sighting'], name?: string): string[] {
  const {atMs, connection, sureness, owner} = sighting;
  const remote = endpointText(connection.remote, connection.remotePort);
  const parent = owner?.parents[0];
  return [
    localTime(atMs).slice(11),
    owner?.user || (uidOf(sighting)?.toString() ?? ''),
    owner === undefined ? '-' : String(owner.pid),
    sureness,
    name === undefined ? remote : `${remote} ${name}`,
    owner === undefined ? '-' : [owner.executable || owner.command, owner.script].join(' ').trim(),
    owner?.directory ?? '',
    parent === undefined ? '' : `${parent.program} (${parent.pid})`,
    owner === undefined ? '' : homeText(owner.home),
  ];
}

const line = (texts: readonly string[]): string =>
  `${texts
    .map((text, i) => (printable(text, cellCharacters) || '-').padEnd(columns[i]?.[1] ?? 0))
    .join('  ')
    .trimEnd()}\n`;
