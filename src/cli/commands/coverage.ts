/**
 * `coverage`: measures how many programs that connect and end immediately the watch on outgoing mail
 * sees. It measures in a network namespace of its own; another command can have it done too.
 * `report/findings/coverage.ts` judges the figures.
 */
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output, Signals} from '../face/surroundings.js';
import type {Kind} from '../../config/kinds/kind.js';
import {type Config, flagOf, type SettingName, settings} from '../../config/schema.js';
import type {MeasuredWay, SightedBy} from '../../outgoing/coverage.js';
import {type CoverageSettings, measureCoverage} from '../../outgoing/live/coverage.js';
import {table} from '../../report/tables/table.js';
import {runCommand} from '../../sys/run/command.js';
import {lackingCapabilities, ownWords} from '../../sys/run/machine.js';

/** The settings that the result depends on. */
export const coverageSettings = [
  'backend',
  'hookPlace',
  'outboundInterval',
  'allowedSenders',
] as const satisfies readonly (SettingName & keyof CoverageSettings)[];

const ways: readonly SightedBy[] = ['tables', 'events', 'hold'];

/** Twice the time that a slow machine needs. Ms. */
const timeoutMs = 40_000;

export async function coverage(
  form: 'text' | 'json',
  config: Config,
  signals: Signals,
  output: Output,
): Promise<ExitCode> {
  const end = new AbortController();
  signals.onStop(() => end.abort());
  const measured = await measureCoverage(ways, config, end.signal);
  output.print(form === 'json' ? `${JSON.stringify(measured)}\n` : text(measured));
  return measured.every(({kind}) => kind === 'unmeasured') ? exitCode.unavailable : exitCode.ok;
}

/**
 * Runs the measurement in a new network namespace, in a process of its own. If this program ends
 * early, that process gets a signal and clears up. Killed together with us, it would leave its part
 * of the trace behind.
 */
export async function coverageInside(config: Config): Promise<readonly MeasuredWay[]> {
  const lacking = lackingCapabilities(['CAP_SYS_ADMIN', 'CAP_NET_ADMIN', 'CAP_SYS_PTRACE']);
  if (lacking.length > 0) return unmeasured(`no ${lacking.join(', ')}: run it as root`);
  const flags = coverageSettings.map((name) => `${flagOf(name)}=${written(name, config)}`);
  const own = [...ownWords(), 'coverage', '--json', '--config=/dev/null', ...flags];
  const words = ['--pdeathsig', 'TERM', 'unshare', '--net', ...own];
  const ran = await runCommand('setpriv', words, {timeoutMs});
  if (ran.kind !== 'done') return unmeasured(ran.why);
  return JSON.parse(ran.stdout) as MeasuredWay[];
}

const unmeasured = (why: string): MeasuredWay[] =>
  ways.map((way) => ({kind: 'unmeasured', way, why}));

/** A value as the command line takes it. */
function written(name: SettingName, config: Config): string {
  const {kind} = settings[name];
  // The value and the kind belong to the same setting; the union type of all settings hides that.
  return String(JSON.parse((kind as Kind<unknown>).write(config[name])));
}

const head = ['SOURCE', 'CANARIES', 'CONNECTED', 'SEEN', 'PID', 'USER', 'PROGRAM'];

function text(measured: readonly MeasuredWay[]): string {
  const rows = measured.map((each) =>
    each.kind === 'measured'
      ? [
          each.way,
          ...[
            each.canaries,
            each.connected,
            each.seen,
            each.withPid,
            each.withUser,
            each.withProgram,
          ].map(String),
        ]
      : [each.way, `not measured: ${each.why}`],
  );
  return table([head, ...rows]);
}
