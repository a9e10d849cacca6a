/** The measured backends, and our firewall with one of them, driven as the daemon drives it. */
import type {Block} from '../../../src/blocks/block.js';
import {BlockRules} from '../../../src/blocks/live/block-rules.js';
import type {FirewallSettings} from '../../../src/blocks/live/settings.js';
import type {Call} from '../../../src/firewall/backend.js';
import type {RunCall} from '../../../src/firewall/live/part.js';
import type {Family} from '../../../src/net/address.js';
import {runFirewallCall} from '../../../src/sys/firewall/netfilter.js';

export const subjects = ['iptables flat', 'iptables tree', 'ipset', 'nftables'] as const;
export type Subject = (typeof subjects)[number];

/** Most rules in one chain. A count: nobody should have more, and measuring them would take too long. */
export const FLAT_MOST = 10_000;

/** Whether the kernel ends the blocks of this backend by itself. */
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

/** A firewall that keeps its calls. A call that fails ends the bench. */
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

  /** @returns the ms until the work is in the kernel. @throws when it is not */
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

/** Removes all rules and sets from this network namespace. */
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
