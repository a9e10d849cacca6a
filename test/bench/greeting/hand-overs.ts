/** How many clients get the greeting per second: through the gate, and from sendmail's own daemon. */
import type {Lab} from '../../system/lab/lab.js';
import {Gate, gatePort} from '../../system/lab/gate.js';
import {until} from '../../system/lab/until.js';
import {heading, printTable} from '../aims.js';
import {figures, spread} from '../figures.js';
import {noLimits, sendmailWith} from './crowd.js';

const waitMs = 1000;
const patienceMs = 120_000;

export async function handOvers(count: number, rounds: number): Promise<void> {
  heading('greeting: hand-overs', `${count} at once, ${rounds} rounds in turn; median (min..max)`);
  const lab = await sendmailWith('bench-hand-overs', '');
  try {
    const gate = await Gate.start(lab.relay, [`--greeting-wait=${waitMs / 1000}s`, ...noLimits]);
    const found = {gate: [] as number[], daemon: [] as number[]};
    for (let round = 0; round < rounds; round++) {
      found.gate.push(await perSecond(lab, gatePort, count, waitMs));
      found.daemon.push(await perSecond(lab, 25, count, 0));
    }
    await gate.stop();
    const [gated, direct] = [figures(found.gate), figures(found.daemon)];
    printTable([
      ['', 'greetings a second'],
      ['through the gate', spread(gated)],
      ["sendmail's daemon", spread(direct)],
      ['share', (gated.median / direct.median).toFixed(2)],
    ]);
  } finally {
    await lab.stop();
  }
}

async function perSecond(lab: Lab, port: number, count: number, lessMs: number): Promise<number> {
  const knocks = Array.from({length: count}, () => ({port, acts: [], until: '220 relay'}));
  const knocked = await lab.client('crowd').knock(knocks, patienceMs);
  const heard = knocked.filter(({text}) => text.startsWith('220 '));
  if (heard.length < count)
    throw new Error(`port ${port}: ${heard.length} of ${count} were greeted`);
  const lastMs = Math.max(...heard.map(({connectMs, firstMs}) => connectMs + (firstMs ?? 0)));
  await until(
    'sessions to end',
    async () => {
      const titles = await lab.relay.sh('ps', ['-eo', 'args', '--no-headers']);
      return !/^sendmail: .*(?:\[|cmd read)/m.test(titles);
    },
    patienceMs,
  );
  return (count * 1000) / Math.max(1, lastMs - lessMs);
}
