/**
 * The desired state of the firewall for the greeting, in one family: values, names and bounds. Does
 * not know the languages of the kernel's tools (`nftables.ts`, `chain-texts.ts`), nor which clients
 * have passed.
 */
import {isWithin} from '../../base/mechanisms/elapsed.js';
import type {Desired} from '../../blocks/intent.js';
import type {Config} from '../../config/schema.js';
import type {Family} from '../../net/address.js';
import {aliveSeconds} from '../way.js';

/**
 * Names our chains, our table and our sets. Not a setting: a machine has one port 25, so two of these
 * could only be in each other's way. Sets of ipset have names of 31 characters at most.
 */
export const gateName = 'BLOCKSMTP_GREETING';

/** The only port from which clients are led away. At 465 the client speaks first, and 587 is for users. */
export const smtpPort = 25;

/**
 * `observe`: the kernel only notes clients that speak too early. `gate`: it also redirects unknown
 * clients to the gate.
 */
export type GateMode = 'observe' | 'gate';

export function gateMode({greeting}: Pick<Config, 'greeting'>): GateMode | 'off' {
  return greeting === 'strict' ? 'gate' : greeting;
}

/** What should stand. */
export interface GateRules {
  readonly mode: GateMode;
  /** The gate's. */
  readonly port: number;
  /** When the gate last said that it takes clients. Ms since the epoch; undefined: never. */
  readonly renewedMs: number | undefined;
  /** Clients that go straight to the mailer: passed, or exempt. */
  readonly known: Desired;
}

/** Until when clients should be led to the gate. Ms since the epoch; undefined: they should not. */
export function aliveUntil({mode, renewedMs}: GateRules, nowMs: number): number | undefined {
  const aliveMs = aliveSeconds * 1000;
  if (mode !== 'gate' || renewedMs === undefined) return undefined;
  return isWithin(renewedMs, aliveMs, nowMs) ? renewedMs + aliveMs : undefined;
}

/**
 * The kernel's end may be this much earlier than ours before it is set again. Ms: three tries then
 * fail before a client skips the gate.
 */
const earlierMs = 10_000;
/** The same the other way. Ms: the kernel counts from when it comes to the line. */
const laterMs = 2000;

/** @param kernelMs when the kernel ends it by itself; undefined: it leads nobody. Ms since the epoch */
export const isAliveRight = (kernelMs: number | undefined, untilMs: number): boolean =>
  kernelMs !== undefined && kernelMs >= untilMs - earlierMs && kernelMs <= untilMs + laterMs;

/** Whether it ends by itself no later than ours would have: what a former life has left may lapse. */
export const mayLapse = (kernelMs: number, nowMs: number): boolean =>
  kernelMs <= nowMs + aliveSeconds * 1000 + laterMs;

/**
 * How long the mailer's first word is waited for. Seconds: longer than the longest wait at the gate
 * (90 s); nothing is learnt about a client that the mailer keeps waiting for longer.
 */
const begunSeconds = 120;

/** Within this the mailer's machine answers what a client has said. Seconds: TCP does in 0.2. */
const spokeSeconds = 5;

/** How long an early talker waits to be asked for. Seconds: the daemon asks far more often. */
const earlySeconds = 600;

/**
 * Connections whose greeting is still to come, in each family. A count: 1 MB of the kernel's memory. Beyond
 * it a connection is not watched: nobody is counted who should not be.
 */
const mostBegun = 16_384;

/** Early talkers that wait to be asked for, in each family. A count, with the same reason. */
const mostEarly = 10_000;

/**
 * Clients and networks that go straight to the mailer, in each family. A count: 20 MB of the
 * kernel's memory; a client beyond it waits at the gate again.
 */
export const mostKnown = 200_000;

/**
 * The same where each is a rule of iptables. A count: a new connection is compared with all of them, at
 * 10 ns each; those that last longest stay.
 */
export const mostKnownRules = 1000;

/** How a client is seen to speak too early, and what of it is kept. */
export type TalkSet = 'begun' | 'spoke' | 'early';

/**
 * A connection is the client, its port and our address: a client may use a port again for another address of ours.
 */
export const talkSets: Readonly<
  Record<TalkSet, {readonly of: 'connections' | 'clients'; size: number; seconds: number}>
> = {
  begun: {of: 'connections', size: mostBegun, seconds: begunSeconds},
  spoke: {of: 'connections', size: mostBegun, seconds: spokeSeconds},
  early: {of: 'clients', size: mostEarly, seconds: earlySeconds},
};

/**
 * A packet of more bytes than this carries something that the client says: IPv4 counts its own 20 bytes,
 * IPv6 its own 40 only in iptables. TCP has 20, and 12 more with timestamps, which almost all have; a
 * packet of other options and no payload is not marked as one to be pushed, and is not asked about.
 */
export const headerBytes = (family: Family, tool: 'nft' | 'iptables') => {
  const ip = family === 4 ? 20 : tool === 'iptables' ? 40 : 0;
  return {plain: ip + 20, stamped: ip + 32};
};
