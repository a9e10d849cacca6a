/** The backends under measure, and our firewall with one of them, as the daemon drives it. */
import type {Block} from '../../../src/blocks/block.js';
import {BlockRules} from '../../../src/blocks/live/block-rules.js';
import type {FirewallSettings} from '../../../src/blocks/live/settings.js';
import type {Call} from '../../../src/firewall/backend.js';
import type {RunCall} from '../../../src/firewall/live/part.js';
import type {Family} from '../../../src/net/address.js';
import {runFirewallCall} from '../../../src/sys/run/netfilter.js';

export const subjects = ['iptables flat', 'iptables tree', 'ipset', 'nftables'] as const;
export type Subject = (typeof subjects)[number];

/** More rules in one chain nobody should have, and nobody will wait for. A count. */
export const FLAT_MOST = 10_000;

/** Whose blocks the kernel ends by itself. */
export const isSet = (subject: Subject): boolean => subject === 'ipset' || subject === 'nftables';

export const canHold = (subject: Subject, count: number): boolean =>
  subject !== 'iptables flat' || count <= FLAT_MOST;

const settingsOf = (subject: Subject): FirewallSettings => ({
  backend: subject === 'ipset' || subject === 'nftables' ? subject : 'iptables',
  iptablesChainName: 'SPAM_UNAME_GUESSERS',
  ports: [25],
  hookChains: ['INPUT'],
  flatChainMax: subject === 'iptables tree' ? 0 : Number.MAX_SAFE_INTEGER,
  hookPlace: 'first',
});

const BLOCK_MS = 3_600_000;

export const blockOf = (network: string, nowMs: number, lengthMs = BLOCK_MS): Block => ({
  network,
  fromMs: nowMs,
  untilMs: nowMs + lengthMs,
  reason: 'bench',
  origin: 'evidence',
});

/** A firewall whose calls are counted and kept, and that may not fail. */
export class Driven {
  readonly firewall: BlockRules;
  /** The calls since this was last emptied. */
  calls: Call[] = [];

  constructor(subject: Subject, family: Family, run: RunCall = runFirewallCall) {
    this.firewall = new BlockRules(settingsOf(subject), [family], {
      run: (call) => {
        this.calls.push(call);
        return run(call);
      },
      say: (level, message) => {
        if (level === 'error') throw new Error(message);
      },
    });
  }

  /** Ms that the work took until it stands in the kernel; fails where it does not. */
  async time(expected: number, work: (firewall: BlockRules) => Promise<void>): Promise<number> {
    this.calls = [];
    const begun = performance.now();
    await work(this.firewall);
    const tookMs = performance.now() - begun;
    for (const {wanted, standing, failure} of this.firewall.enforced.values()) {
      if (failure !== undefined) throw new Error(failure);
      if (wanted !== expected || standing !== expected) {
        throw new Error(`${standing} of ${wanted} stand: expected ${expected}`);
      }
    }
    return tookMs;
  }
}

/** Nothing of anybody is left in this network namespace. */
export async function empty(): Promise<void> {
  for (const [program, parameters, input] of [
    ['iptables-restore', [], '*filter\nCOMMIT\n'],
    ['ip6tables-restore', [], '*filter\nCOMMIT\n'],
    ['nft', ['flush', 'ruleset'], ''],
    ['ipset', ['destroy'], ''],
  ] as const) {
    const result = await runFirewallCall({program, parameters, input});
    if (result.kind !== 'done') throw new Error(result.why);
  }
}
