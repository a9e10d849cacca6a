/** The names of a chain of blocks in every backend, and the packets that enter it. */
import type {Family} from '../../net/address.js';

/** Which packets a rule set gets. */
export interface Traffic {
  /** The ports that clients call, in ascending order. */
  readonly ports: readonly number[];
  /** The chains from which packets are led to ours. */
  readonly hooks: readonly string[];
  /** The port to which calls of port 25 may be led on their way; absent: they are not. */
  readonly gate?: number | undefined;
}

/** Both families have the same. */
export interface ChainSpec extends Traffic {
  readonly chain: string;
  /** What was guarded under this name before: rules that still say so are ours, and go. */
  readonly former?: readonly Traffic[] | undefined;
}

/** ipset(8): names have 31 characters, and a chain's at most 28. */
export const setName = ({chain}: Pick<ChainSpec, 'chain'>, family: Family): string =>
  `${chain}-${family}`;

/** Where a mailer that runs on this machine itself gets its packets. */
const ownHook = 'INPUT';

/**
 * Whether the port counts that the client has called, whatever it is when the packet comes by. Only where
 * packets are translated: a rule that asks conntrack costs more, and nobody knows it from the old listing.
 */
export const isTranslated = ({hooks}: Traffic): boolean =>
  hooks.length !== 1 || hooks[0] !== ownHook;

/**
 * The ports that packets have when they come by: a client that was led to the gate before it was blocked has
 * the gate's. It counts like 25, and is none for submission. Where packets are translated anyway, the port
 * counts that the client has called, and this one is never asked for.
 */
export const portsMet = (traffic: Traffic): readonly number[] =>
  traffic.gate === undefined || isTranslated(traffic)
    ? traffic.ports
    : [...new Set([...traffic.ports, traffic.gate])].sort((a, b) => a - b);

const relayPort = 25;
/** RFC 8314, 3.3 and RFC 6409: where users hand in mail, with a password. */
const submissionPorts: readonly number[] = [465, 587];

/**
 * The ports at which a block spares a client that logged in recently: all but 25. If 25 is not
 * guarded, the two submission ports. Never all ports, for the client must have guessed at one of
 * them.
 */
export function submissionsOf(ports: readonly number[]): readonly number[] {
  const some = ports.includes(relayPort)
    ? ports.filter((port) => port !== relayPort)
    : ports.filter((port) => submissionPorts.includes(port));
  return some.length === ports.length ? [] : some;
}

/** Of the same traffic: one key. The ports alone where the chain is INPUT, as earlier versions had it. */
export function trafficKey(traffic: Traffic): string {
  const ports = portsMet(traffic).join(',');
  // Of the same packets, and not of the same meaning: 2500 may also be a port of the mailer.
  const own = ports === traffic.ports.join(',') ? ports : `${ports} gate`;
  return isTranslated(traffic) ? `${ports} ${traffic.hooks.join(',')}` : own;
}
