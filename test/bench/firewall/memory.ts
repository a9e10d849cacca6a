/** How much memory many blocks cost our own process: a child holds them, as the daemon does. */
import {spawnSync} from 'node:child_process';
import {printTable} from '../aims.js';
import {residentMegabytes} from '../figures.js';
import {addresses} from './addresses.js';
import {blockOf, Driven, subjects} from './subjects.js';

const BLOCKS = 100_000;

/** The argument that starts the child. */
export const MEMORY = 'firewall-memory';

export function memory(): void {
  const rows = [[`${BLOCKS} blocks, MB resident`, 'more than before', 'peak']];
  for (const subject of subjects.filter((name) => name !== 'iptables flat')) {
    const words = ['--expose-gc', '--optimize-for-size', process.argv[1]!, MEMORY, subject];
    const {stdout, status} = spawnSync(process.execPath, words, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (status !== 0) throw new Error(`no memory could be measured for ${subject}`);
    const {grown, peak} = JSON.parse(stdout) as {grown: number; peak: number};
    rows.push([subject, grown.toFixed(0), peak.toFixed(0)]);
  }
  printTable(rows);
}

/** The work of the child. */
export async function holdBlocks([word]: readonly string[]): Promise<number> {
  const subject = subjects.find((name) => name === word);
  if (subject === undefined) throw new Error(`no backend ${String(word)}`);
  const driven = new Driven(subject, 4);
  const before = residentMegabytes();
  await driven.time(BLOCKS, async (firewall) => {
    const now = Date.now();
    firewall.replace(addresses(4, BLOCKS).map((network) => blockOf(network, now)));
    await firewall.enforce('keep');
  });
  driven.calls = [];
  const grown = residentMegabytes() - before;
  console.log(JSON.stringify({grown, peak: process.resourceUsage().maxRSS / 1000}));
  return 0;
}
