/**
 * Decides at which ports blocks hold: the configured ones, or those at which the mailer takes
 * connections. A mailer that restarts listens nowhere for a moment, and opens its ports one after
 * the other. So a port that opens counts immediately, and one that closes only when several looks
 * missed it while the mailer listened elsewhere. Does not look at the machine
 * (`sys/proc/sockets/listeners.ts`).
 */

import {mostPorts} from '../config/kinds/lists.js';
import type {Config} from '../config/schema.js';

/** Where no mailer was ever seen: a relay takes mail there (RFC 5321, 4.5.4.2). */
const standardPort = 25;

/** How often in a row a port must be missed until it counts as closed. A count of checks. */
export const missesUntilClosed = 3;

/** Which ones stay where there are more: where strangers and users hand in mail, then from below. */
const firstOfAll: readonly number[] = [25, 587, 465];

/** What was seen last of the mailer's ports. */
export interface SeenPorts {
  /** In ascending order; empty: no mailer was ever seen. */
  readonly ports: readonly number[];
  /** Of those that were missed: how often in a row. A count. */
  readonly misses: ReadonlyMap<number, number>;
}

/** @param found where the mailer takes connections now; none: it is away, and nothing follows from that */
export function seenNow({ports, misses}: SeenPorts, found: readonly number[]): SeenPorts {
  if (found.length === 0) return {ports, misses};
  const missed = new Map<number, number>();
  for (const port of ports) {
    if (!found.includes(port)) missed.set(port, (misses.get(port) ?? 0) + 1);
  }
  const isOpen = (port: number): boolean => (missed.get(port) ?? 0) < missesUntilClosed;
  const now = chosen([...new Set([...ports, ...found])].filter(isOpen));
  return {ports: now, misses: new Map([...missed].filter(([port]) => now.includes(port)))};
}

function chosen(ports: readonly number[]): readonly number[] {
  const rank = (port: number): number => {
    const place = firstOfAll.indexOf(port);
    return place < 0 ? port + firstOfAll.length : place;
  };
  const most = [...ports].sort((a, b) => rank(a) - rank(b)).slice(0, mostPorts);
  return most.sort((a, b) => a - b);
}

/** Where blocks hold, in ascending order. @param seen where the mailer was seen last */
export const guardedPorts = (
  configured: 'auto' | readonly number[],
  seen: readonly number[] = [],
): readonly number[] => {
  if (configured !== 'auto') return configured;
  return seen.length === 0 ? [standardPort] : seen;
};

/** Under which the state keeps where the mailer was seen last. */
export const seenKey = 'seen';

/**
 * At which ports clients have their sessions here. Where packets are translated these may be others than
 * those that clients call, which are guarded.
 */
export const sessionPorts = (
  guarded: readonly number[],
  seen: readonly number[] = [],
): readonly number[] => [...new Set([...guarded, ...seen])].sort((a, b) => a - b);

/** Where the gate listens: the sessions that it has handed to the mailer keep its port. */
export const gatePorts = ({
  greeting,
  greetingPort,
}: Pick<Config, 'greeting' | 'greetingPort'>): readonly number[] =>
  greeting === 'gate' || greeting === 'strict' ? [greetingPort] : [];

/** The same from the configuration and the state. */
export function servedPorts(
  configured: 'auto' | readonly number[],
  {mailerPorts}: {readonly mailerPorts: {get(key: string): readonly number[] | undefined}},
): readonly number[] {
  const seen = mailerPorts.get(seenKey);
  return sessionPorts(guardedPorts(configured, seen), seen);
}
