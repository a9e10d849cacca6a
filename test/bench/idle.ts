/**
 * What a guard costs that has nothing to do: memory, processor time, and the time from its start until
 * it follows the log. What two short commands take beside the daemon. Part of the section `memory`.
 */
import {sleep} from '../system/lab/until.js';
import {heading, measured, printTable} from './aims.js';
import {type Figures, figures, spread} from './figures.js';
import {shareOfCore} from './greeting/memory.js';
import type {Guard} from './guards.js';

const RUNS = 5;
/** A daemon that has just started is not idle yet. */
const SETTLE_MS = 8000;
/** Six checks of the firewall, and as many looks at everything else as come with them. */
const REST_SECONDS = 60;
const AIMS = {residentMegabytes: 70, percentOfCore: 0.1, readyMs: 300};

interface Idle {
  readonly resident: Figures;
  readonly proportional: Figures;
  readonly readyMs: Figures;
  readonly percentOfCore: number;
}

export async function idle(guards: readonly Guard[]): Promise<void> {
  const about = `${String(RUNS)} starts, median (min..max); ${String(REST_SECONDS)} s at rest, with children`;
  heading('memory', `idle: ${about}`);
  const rows = [['', 'resident, MB', 'proportional, MB', '% of a core', 'ready, ms']];
  const all: Idle[] = [];
  for (const guard of guards) {
    const found = await idleOf(guard);
    all.push(found);
    const {resident, proportional, percentOfCore, readyMs} = found;
    rows.push([
      guard.name,
      spread(resident, 1),
      spread(proportional, 1),
      percentOfCore.toFixed(2),
      spread(readyMs),
    ]);
  }
  printTable(rows);
  const [own, peer] = all;
  if (own !== undefined) compare(own, peer);
  const [ours] = guards;
  if (ours) await commands(ours);
}

function compare(own: Idle, peer: Idle | undefined): void {
  const room = {room: 'memory', is: 'atMost'} as const;
  measured({
    ...{...room, what: 'resident at idle', unit: 'MB', limit: AIMS.residentMegabytes},
    ...{value: own.resident.median, peer: peer?.resident.median},
  });
  measured({
    ...{...room, what: 'of a core at rest', unit: '%', limit: AIMS.percentOfCore},
    ...{value: own.percentOfCore, peer: peer?.percentOfCore},
  });
  measured({
    ...{...room, what: 'from the start until ready', unit: 'ms', limit: AIMS.readyMs},
    ...{value: own.readyMs.median, peer: peer?.readyMs.median},
  });
}

async function idleOf(guard: Guard): Promise<Idle> {
  const [resident, proportional, readyMs]: [number[], number[], number[]] = [[], [], []];
  for (let run = 0; run < RUNS; run++) {
    readyMs.push(await guard.again());
    await sleep(SETTLE_MS);
    const memory = await guard.memory();
    resident.push(memory.resident);
    proportional.push(memory.proportional);
  }
  const percentOfCore = (await shareOfCore(await guard.pid(), REST_SECONDS)) * 100;
  return {
    resident: figures(resident),
    proportional: figures(proportional),
    readyMs: figures(readyMs),
    percentOfCore,
  };
}

async function commands({lab: {relay}}: Guard): Promise<void> {
  const rows = [['to the answer, ms', 'median (min..max)']];
  for (const word of ['status', 'list']) {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const begunMs = performance.now();
      await relay.run('/usr/sbin/blocksmtp', [word]);
      times.push(performance.now() - begunMs);
    }
    rows.push([`blocksmtp ${word}`, spread(figures(times))]);
  }
  printTable(rows);
}
