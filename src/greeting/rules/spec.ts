/**
 * The desired state of the firewall for the greeting, in one family: values, names and bounds. How the
 * tools write it is for `nftables.ts` and `chain-texts.ts`. Does not know which clients have a pass.
 */
import {isWithin} from '../../base/mechanisms/elapsed.js';
import type {Desired} from '../../blocks/intent.js';
import type {Config} from '../../config/schema.js';
import type {Family} from '../../net/address.js';
import {aliveSeconds} from '../way.js';

/** The only port from which clients are redirected. At 465 the client speaks first, and 587 is for users. */
export const smtpPort = 25;

/**
 * `observe`: the kernel only notes clients that speak too early. `gate`: it also redirects unknown
 * clients to the gate.
 */
export type GateMode = 'observe' | 'gate';

export function gateMode({greeting}: Pick<Config, 'greeting'>): GateMode | 'off' {
  return greeting === 'strict' ? 'gate' : greeting;
}

export interface GateRules {
  readonly mode: GateMode;
  /** The port at which the gate listens. */
  readonly port: number;
  /** When the gate last reported that it takes clients. Ms since the epoch; undefined: never. */
  readonly renewedMs: number | undefined;
  /** What becomes of a redirection that is not renewed: it lasts until its end, or ends at once. */
  readonly unrenewed: 'lapses' | 'ends';
  /** Clients that go straight to the mailer: they have a pass, or are exempt. */
  readonly known: Desired;
  /** Those of them that are exempt, the most important first. Canonical texts. */
  readonly exempt: Iterable<string>;
}

/** @returns when the redirection should end. Ms since the epoch; undefined: there should be none */
export function aliveUntil(
  {mode, renewedMs}: Pick<GateRules, 'mode' | 'renewedMs'>,
  nowMs: number,
): number | undefined {
  const aliveMs = aliveSeconds * 1000;
  if (mode !== 'gate' || renewedMs === undefined) return undefined;
  return isWithin(renewedMs, aliveMs, nowMs) ? renewedMs + aliveMs : undefined;
}

/**
 * The redirection in the kernel is renewed only if it would end this much too early. Ms: three renewals
 * can then fail before a client skips the gate.
 */
const earlierMs = 10_000;
/** The redirection in the kernel may end this much too late. Ms: the kernel counts from when it runs the command. */
const laterMs = 2000;

/** @param kernelMs when the kernel ends the redirection. Ms since the epoch; undefined: there is none */
export const isAliveRight = (kernelMs: number | undefined, untilMs: number): boolean =>
  kernelMs !== undefined && kernelMs >= untilMs - earlierMs && kernelMs <= untilMs + laterMs;

/** Whether a redirection that an earlier run has left ends soon enough by itself, and need not be removed. */
export const mayLapse = (kernelMs: number, nowMs: number): boolean =>
  kernelMs <= nowMs + aliveSeconds * 1000 + laterMs;

/**
 * How long the kernel waits for the mailer's greeting. Seconds: longer than the longest wait at the
 * gate (90 s). If the mailer greets later than that, early talk of that client is not seen.
 */
const begunSeconds = 120;

/** How long the kernel waits until this machine answers the client's data. Seconds: TCP answers within 0.2. */
const spokeSeconds = 5;

/** How long the kernel remembers an early talker. Seconds: the daemon asks far more often. */
const earlySeconds = 600;

/**
 * Connections whose greeting is still to come, in each family. A count: 1 MB of the kernel's memory. Further
 * connections are not watched, so no client is blamed wrongly.
 */
const mostBegun = 16_384;

/** Early talkers that the kernel remembers, in each family. A count, with the same reason. */
const mostEarly = 10_000;

/**
 * Clients and networks that go straight to the mailer, in each family. A count: 20 MB of the
 * kernel's memory. Further clients wait at the gate again.
 */
export const mostKnown = 200_000;

/**
 * The same for the backend `iptables`, where each has a rule. A count: each new connection is compared with all
 * of them, at 10 ns each. Exempt ones come first, then the passes that last longest.
 */
export const mostKnownRules = 1000;

/** How many known clients have no rule with the backend `iptables`, so that they wait. A count. */
export const unruledOf = ({known}: Pick<GateRules, 'known'>): number =>
  Math.max(0, known.size - mostKnownRules);

/** The sets by which the kernel sees early talk, in the order of the steps (`nftables-listing.ts`). */
export type TalkSet = 'begun' | 'spoke' | 'early';

/**
 * What each set holds. A connection is the client, its port and our address: a client may use one port for several
 * addresses of ours.
 */
export const talkSets: Readonly<
  Record<TalkSet, {readonly of: 'connections' | 'clients'; size: number; seconds: number}>
> = {
  begun: {of: 'connections', size: mostBegun, seconds: begunSeconds},
  spoke: {of: 'connections', size: mostBegun, seconds: spokeSeconds},
  early: {of: 'clients', size: mostEarly, seconds: earlySeconds},
};

/**
 * A packet longer than this carries data. The length includes the 20 bytes of the IPv4 header; it includes the 40
 * bytes of the IPv6 header only in iptables. The TCP header has 20 bytes, and 12 more with timestamps, which almost
 * all packets have. A packet can be longer because of other TCP options; without data it has no PSH flag, and the
 * rules look only at packets with that flag.
 */
export const headerBytes = (family: Family, tool: 'nft' | 'iptables') => {
  const ip = family === 4 ? 20 : tool === 'iptables' ? 40 : 0;
  return {plain: ip + 20, stamped: ip + 32};
};
