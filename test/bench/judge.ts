/**
 * What the judge costs: the time of a verdict, and the memory and disk of a million clients with their networks. On disk
 * it is compared with rows of JSON, as which version 1.0 saved its clients.
 */
import {spawnSync} from 'node:child_process';
import {heading, measured, printTable} from './aims.js';
import {figures} from './figures.js';
import type {Judging} from './judge/judging.js';
import type {Saving} from './judge/saving.js';

/** The arguments that start the children. */
export const JUDGE = {judging: 'judge-judging', saving: 'judge-saving'} as const;

const room = {room: 'judge', is: 'atMost'} as const;
const mostMicroseconds = 4;
const mostMegabytes = 300;
const mostStartSeconds = 5;
/** Changed clients in one commit, at about 10,000 lines a second that concern as many clients. */
const few = 1000;
/** All clients that version 1.0 could remember, changed in one commit. */
const many = 100_000;

export function judge(): void {
  heading('judge', 'a million clients: a verdict, memory, saving and reading');
  judging();
  saving();
}

function judging(): void {
  const {clients, networks, microseconds, calibration, grown} = child<Judging>(JUDGE.judging);
  const [each, steps] = [figures(microseconds), figures(calibration)];
  printTable([
    ['clients', 'networks', 'verdict, µs (half of them)', 'of 1000 sums', 'MB more than before'],
    [
      String(clients),
      String(networks),
      `${each.median.toFixed(2)} (${each.p25.toFixed(2)}..${each.p75.toFixed(2)})`,
      (each.median / steps.median).toFixed(1),
      grown.toFixed(0),
    ],
  ]);
  measured({...room, what: 'a verdict', value: each.median, unit: 'µs', limit: mostMicroseconds});
  measured({...room, what: 'a million clients', value: grown, unit: 'MB', limit: mostMegabytes});
}

function saving(): void {
  const {rows, packed, million} = child<Saving>(JUDGE.saving, String(few), String(many));
  const line = (name: string, {fewMs, manyMs, startMs, startGrown, megabytes}: Saving['rows']) => [
    name,
    ...[fewMs, manyMs, startMs, startGrown, megabytes].map((value) => value.toFixed(0)),
  ];
  printTable([
    ['saved', `${few} changed, ms`, `${many}, ms`, 'start, ms', 'start, MB more', 'file, MB'],
    line('rows of JSON, 100000 clients', rows),
    line('packed, 100000 clients with networks', packed),
    line('packed, 1000000 clients with networks', million),
  ]);
  // The limit and the peer are rows of JSON.
  const save = (what: string, value: number, peer: number): void =>
    measured({...room, what: `${what} saved`, value, unit: 'ms', limit: peer, peer});
  save(`${few} clients`, packed.fewMs, rows.fewMs);
  save(`${many} clients`, packed.manyMs, rows.manyMs);
  save(`${many} of a million`, million.manyMs, rows.manyMs);
  const startSeconds = million.startMs / 1000;
  measured({
    ...room,
    what: 'a million read',
    value: startSeconds,
    unit: 's',
    limit: mostStartSeconds,
  });
}

function child<Found>(...order: string[]): Found {
  const words = ['--expose-gc', '--optimize-for-size', process.argv[1]!, ...order];
  const {stdout, status} = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`nothing could be measured: ${order.join(' ')}`);
  return JSON.parse(stdout) as Found;
}
