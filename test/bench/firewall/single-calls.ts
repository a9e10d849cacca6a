/** One call for each block, as fail2ban's actions of these names make them. */
import {printTable} from '../aims.js';
import {timeCall} from './bare.js';
import {empty} from './subjects.js';

type Way = {
  name: string;
  begin: readonly string[][];
  add: (network: string) => string[];
  remove: (network: string) => string[];
};

const ways: readonly Way[] = [
  {
    name: 'iptables',
    begin: [
      ['iptables', '-w', '-N', 'f2b'],
      ['iptables', '-w', '-I', 'INPUT', '-p', 'tcp', '--dport', '25', '-j', 'f2b'],
    ],
    add: (network) => ['iptables', '-w', '-I', 'f2b', '1', '-s', network, '-j', 'DROP'],
    remove: (network) => ['iptables', '-w', '-D', 'f2b', '-s', network, '-j', 'DROP'],
  },
  {
    name: 'nftables',
    begin: [
      ['nft', 'add table inet f2b'],
      ['nft', 'add set inet f2b addr { type ipv4_addr; }'],
    ],
    add: (network) => ['nft', `add element inet f2b addr { ${network} }`],
    remove: (network) => ['nft', `delete element inet f2b addr { ${network} }`],
  },
];

export async function singleCalls(networks: readonly string[]): Promise<void> {
  const rows = [['one call for each block', 'add, ms', 'remove, ms']];
  for (const {name, begin, add, remove} of ways) {
    await empty();
    for (const words of begin) await timeCall(words);
    const times: number[] = [];
    for (const change of [add, remove]) {
      let tookMs = 0;
      for (const network of networks) tookMs += await timeCall(change(network));
      times.push(tookMs);
    }
    rows.push([name, ...times.map((tookMs) => tookMs.toFixed(0))]);
  }
  printTable(rows);
}
