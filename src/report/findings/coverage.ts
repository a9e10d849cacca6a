/**
 * What `blocksmtp doctor` says about programs that connect and end at once: how many of them blocksmtp sees. Does not
 * measure it: `outgoing/coverage.ts` does.
 */
import type {Config} from '../../config/schema.js';
import type {Coverage, MeasuredWay, SightedBy} from '../../outgoing/coverage.js';
import type {Finding} from '../finding.js';

type Measured = Extract<MeasuredWay, {readonly kind: 'measured'}>;

/** Of the programs that the kernel reports, at least this share should be named. */
export const leastNamedShare = 0.95;

export function coverageFindings(
  all: readonly MeasuredWay[],
  outbound: Config['outbound'],
): Finding[] {
  if (outbound === 'off' || all.length === 0) return [];
  const by = new Map(all.map((each) => [each.way, each]));
  return outbound === 'hold' ? holdFindings(by.get('hold')) : watchFindings(by, outbound);
}

/** While a connection is held, its process waits, so it is known before it can end. */
function holdFindings(hold: MeasuredWay | undefined): Finding[] {
  if (hold?.kind !== 'measured') return [notMeasured(hold?.why)];
  const {canaries, connected, withPid} = hold;
  const late = canaries - connected;
  if (late > 0) {
    return [
      {verdict: 'bad', what: `${lead}: "hold" did not release ${late} of ${canaries} in time`},
    ];
  }
  const verdict = withPid < canaries ? 'bad' : 'good';
  return [{verdict, what: `${lead}: ${told(hold)} (held back)`}];
}

function watchFindings(
  by: ReadonlyMap<SightedBy, MeasuredWay>,
  outbound: Config['outbound'],
): Finding[] {
  const [events, tables, hold] = [by.get('events'), by.get('tables'), by.get('hold')];
  const used = events?.kind === 'measured' ? events : tables;
  const why = events?.kind === 'unmeasured' ? events.why : undefined;
  if (used?.kind !== 'measured') return [notMeasured(why)];
  const isNamed = used.withPid >= used.canaries * leastNamedShare;
  const how = why === undefined ? 'the kernel tells' : `socket tables alone; ${why}`;
  const what = `${lead}: ${told(used)} (${how})`;
  return [{verdict: isNamed ? 'good' : 'advice', what}, ...moreBy(hold, used, outbound)];
}

/** What `hold` would see, if it sees more. With `reject` no connection gets out that could be held back. */
function moreBy(
  hold: MeasuredWay | undefined,
  used: Measured,
  outbound: Config['outbound'],
): Finding[] {
  if (outbound === 'reject' || hold?.kind !== 'measured') return [];
  if (hold.withPid <= used.withPid && hold.withProgram <= used.withProgram) return [];
  // If only the path is missing, the kernel is the reason. If the process number is missing, `hold` helps.
  const verdict = hold.withPid > used.withPid ? 'advice' : 'good';
  return [{verdict, what: `${lead}: with outbound = "hold" ${told(hold)}`}];
}

const lead = 'outgoing mail, programs that connect and end at once';

const told = ({canaries, seen, withPid, withProgram}: Coverage): string =>
  `${seen} of ${canaries} seen, ${withPid} with their pid, ${withProgram} with their program`;

const notMeasured = (why = 'nobody knows why'): Finding => ({
  verdict: 'advice',
  what: `${lead}: not measured: ${why}`,
});
