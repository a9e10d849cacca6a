/** What waiting clients cost: at the gate, and in sendmail's own pause, where each has a process. */
import {Gate, gatePort} from '../../system/lab/gate.js';
import {patienceMs, until} from '../../system/lab/until.js';
import {heading, measured, printTable} from '../aims.js';
import {hold, noLimits, sendmailWith} from './crowd.js';
import {memoryOf, memoryOfAll, shareOfCore} from './memory.js';

/** Waits that are longer than the measurement. */
const waiting = ['--greeting-wait=90s', '--greeting-wait-stress=90s'];
const pauseMs = 290_000;

export interface Holding {
  /** Clients at the gate. */
  readonly many: number;
  /** Clients at the gate, and in sendmail's pause. */
  readonly few: number;
  readonly seconds: number;
}

const megabytes = (value: number): string => value.toFixed(0);

export async function holding({many, few, seconds}: Holding): Promise<void> {
  heading('greeting: who waits', `memory, and CPU at rest in ${seconds} s`);
  const rows = [
    ['clients that wait', 'processes', 'resident, MB', 'proportional, MB', 'share of a core'],
  ];
  const lab = await sendmailWith('bench-holding', '');
  try {
    for (const count of [0, few, many]) {
      const gate = await Gate.start(lab.relay, [...waiting, ...noLimits]);
      const pid = await gate.process.pid();
      const client = lab.client(count === few ? 'other' : 'crowd');
      if (count > 0) await hold(lab, client, gatePort, count);
      const share = await shareOfCore(pid, seconds);
      const after = await memoryOf(pid);
      rows.push([
        `${count} at the gate`,
        '1',
        megabytes(after.residentMegabytes),
        megabytes(after.proportionalMegabytes),
        `${(share * 100).toFixed(1)} %`,
      ]);
      if (count === many) {
        const room = {room: 'greeting', is: 'atMost'} as const;
        const value = after.residentMegabytes;
        measured({...room, what: `${many} wait, resident`, value, unit: 'MB', limit: 250});
        measured({
          ...room,
          ...{what: `${many} wait, of a core at rest`, value: share * 100, unit: '%', limit: 5},
        });
      }
      if (count > 0) await client.stop();
      await gate.stop('SIGKILL');
    }
  } finally {
    await lab.stop();
  }
  rows.push(await paused(few));
  printTable(rows);
}

async function paused(count: number): Promise<string[]> {
  const pause = `FEATURE(\`greet_pause', \`${pauseMs}')dnl\n`;
  const lab = await sendmailWith('bench-paused', pause);
  try {
    const {relay} = lab;
    await hold(lab, lab.client('crowd'), 25, count);
    // A connection is established before sendmail has made its process.
    const made = (): Promise<string> => relay.sh('pgrep', ['-c', 'sendmail']);
    await until('a process for each', async () => Number(await made()) > count, 6 * patienceMs);
    const after = await memoryOfAll(relay, 'sendmail');
    return [
      `${count} in greet_pause`,
      String(after.processes),
      megabytes(after.residentMegabytes),
      megabytes(after.proportionalMegabytes),
      '',
    ];
  } finally {
    await lab.stop();
  }
}
