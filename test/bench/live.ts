/**
 * How far the daemon lags behind a log that grows fast, and what following it costs. A real daemon in a
 * lab follows a file that the bench writes. Among the traffic are markers: guessers whose every step is
 * known. Every 50 ms a marker writes one name and the line that names its client: this measures the time
 * until the daemon logs the evidence. Every second a marker writes enough names for a block: this measures
 * the time until the daemon logs the block, which it does when the kernel has it. The time ends when the
 * bench sees the daemon's line, so the figures are rather too long. The processes of the log do not run
 * here, so the daemon asks the kernel about each guess in vain.
 */
import {closeSync, openSync, readFileSync, writeSync} from 'node:fs';
import {spawn} from 'node:child_process';
import {available} from '../system/lab/available.js';
import {Daemon} from '../system/lab/daemon.js';
import {Lab} from '../system/lab/lab.js';
import {sleep} from '../system/lab/until.js';
import {aim, heading, measured, printTable, skip} from './aims.js';
import {figures} from './figures.js';
import {THRESHOLD} from './guards.js';
import {inRelay} from './in-relay.js';
import {type MarkerKind, Markers} from './markers.js';
import {Traffic} from './traffic/traffic.js';

const LINES_PER_SECOND = Number(process.env['BLOCKSMTP_BENCH_LINES_PER_SECOND'] ?? 10_000);
const PERCENT = 5;
const WRITE_EVERY_MS = 10;
/** A daemon that has just started is not idle yet. */
const SETTLE_MS = 3000;
/** How long the bench waits after the last write. A marker that was not seen by then counts as lost. */
const PATIENCE_MS = 3000;
const LOG = '/var/log/mail.log';
const MARKER_EVERY_MS: Readonly<Record<MarkerKind, number>> = {evidence: 50, block: 1000};

/** @param forSeconds so long lines are written */
export async function live(forSeconds: number): Promise<void> {
  const pace = `${String(LINES_PER_SECOND)} lines/s for ${String(forSeconds)} s`;
  heading('live', `${pace}, ${String(PERCENT)} % of them relevant, --debug=3`);
  const state = await available();
  if (!state.ok) {
    skip('live', state.why);
    return;
  }
  const lab = await Lab.start({
    id: 'bench-live',
    services: false,
    clients: {},
    stateOnDisk: true,
  });
  try {
    await lab.relay.write(LOG, '');
    const markers = new Markers();
    const daemon = startDaemon(lab, markers);
    await daemon.ready();
    await sleep(SETTLE_MS);
    const pid = await daemon.pid();
    const before = cpuSeconds(pid);
    const begun = performance.now();
    const written = await write(lab.relay.path(LOG), markers, forSeconds);
    const seconds = (performance.now() - begun) / 1000;
    const after = cpuSeconds(pid);
    await sleep(PATIENCE_MS);
    const cores = {
      own: (after.own - before.own) / seconds,
      children: (after.children - before.children) / seconds,
    };
    show(markers, cores, {...written, seconds}, peakMegabytes(pid));
    const {evidenceSeen} = markers;
    aim(
      `live: all ${String(written.unknown)} unknown recipients counted (${String(evidenceSeen)})`,
      evidenceSeen === written.unknown,
    );
  } finally {
    await lab.stop();
  }
}

function startDaemon(lab: Lab, markers: Markers): Daemon {
  const words = ['/usr/sbin/blocksmtp', `--threshold=${String(THRESHOLD)}`, '--debug=3'];
  const [file = '', ...rest] = [...inRelay(lab.relay), ...words];
  const child = spawn(file, rest, {stdio: ['ignore', 'ignore', 'pipe']});
  child.stderr.on('data', (data: Buffer) => markers.seen(data.toString('latin1')));
  return new Daemon(child);
}

/** `lateMs`: how late the bench itself was woken up each time, which shows the noise of the machine. */
type Written = {lines: number; unknown: number; lateMs: number[]};

/** Writes the traffic at its pace, with the markers in between. @returns what it has written */
async function write(path: string, markers: Markers, forSeconds: number): Promise<Written> {
  const lateMs: number[] = [];
  const traffic = new Traffic({percent: PERCENT});
  const file = openSync(path, 'a');
  const begun = performance.now();
  const nextMs: Record<MarkerKind, number> = {evidence: 0, block: 0};
  let lines = 0;
  for (let isOver = false; !isOver;) {
    const sleptMs = performance.now();
    await sleep(WRITE_EVERY_MS);
    lateMs.push(performance.now() - sleptMs - WRITE_EVERY_MS);
    const nowMs = performance.now() - begun;
    if (nowMs >= forSeconds * 1000) traffic.close();
    let text = '';
    for (; lines < (nowMs * LINES_PER_SECOND) / 1000 && !isOver; lines++) {
      const line = traffic.line(Date.now());
      if (line === undefined) isOver = true;
      else text += line;
    }
    for (const kind of ['evidence', 'block'] as const) {
      if (nowMs < nextMs[kind] || isOver) continue;
      nextMs[kind] += MARKER_EVERY_MS[kind];
      text += markers.text(kind, kind === 'block' ? THRESHOLD : 1);
    }
    markers.written();
    writeSync(file, text, null, 'latin1');
  }
  closeSync(file);
  return {lines, unknown: traffic.truth.unknown + markers.unknown, lateMs};
}

function show(
  markers: Markers,
  cores: {own: number; children: number},
  {lines, lateMs, seconds}: Written & {seconds: number},
  peak: number,
): void {
  const rows = [['lag, ms', 'median', 'p99', 'max', 'markers', 'never seen']];
  for (const kind of ['evidence', 'block'] as const) {
    const lags = markers.lagsMs(kind);
    const {median, p99, max, runs} = figures(lags);
    const lost = markers.lost(kind);
    rows.push([
      kind === 'block' ? 'to the block in the kernel' : 'to the evidence',
      ...[median, p99, max].map((ms) => ms.toFixed(1)),
      String(runs),
      String(lost),
    ]);
    aim(`live: no ${kind} lost`, lost === 0);
    const what = `to the ${kind}, 99th percentile`;
    measured({room: 'live', what, value: p99, unit: 'ms', is: 'atMost', limit: 100});
  }
  const late = figures(lateMs);
  const noise = [late.median, late.p99, late.max].map((ms) => ms.toFixed(1));
  rows.push(['of the bench itself, woken up late', ...noise, String(late.runs), '-']);
  printTable(rows);
  printTable([
    ['', 'lines/s written', 'cores used', 'and by iptables', 'peak MB'],
    [
      'blocksmtp',
      (lines / seconds).toFixed(0),
      cores.own.toFixed(2),
      cores.children.toFixed(2),
      peak.toFixed(0),
    ],
  ]);
  measured({
    ...{room: 'live', what: `cores used at ${LINES_PER_SECOND} lines a second`, value: cores.own},
    ...{unit: '', is: 'atMost', limit: 0.5},
  });
}

/** Processor time of a process, and of its children that have ended (proc_pid_stat(5)). */
function cpuSeconds(pid: number): {own: number; children: number} {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  // The name may hold anything, so the fields are counted after its `)`: the first there is the third field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (number: number): number => Number(fields[number - 3]) / TICKS_PER_SECOND;
  return {own: ticks(14) + ticks(15), children: ticks(16) + ticks(17)};
}

/** USER_HZ: Linux shows times to programs in hundredths of a second on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;

function peakMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return (Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024) / 1e6;
}
