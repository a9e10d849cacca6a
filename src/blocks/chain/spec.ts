/** The name of a chain of blocks, the same in every backend, and the packets that enter it. */
import type {Family} from '../../net/address.js';

/** Which packets a rule set sees. */
export interface Traffic {
  /** The ports that clients call, in ascending order. */
  readonly ports: readonly number[];
  /** The chains that lead packets to ours. */
  readonly hooks: readonly string[];
  /** The gate's port, to which calls of port 25 may be redirected; absent: there is no gate. */
  readonly gate?: number | undefined;
}

/** The same for both families. */
export interface ChainSpec extends Traffic {
  readonly chain: string;
  /** What was guarded under this name before. Rules for that traffic are ours, and are removed. */
  readonly former?: readonly Traffic[] | undefined;
}

/** ipset(8): a set's name has at most 31 characters, a chain's at most 28. */
export const setName = ({chain}: Pick<ChainSpec, 'chain'>, family: Family): string =>
  `${chain}-${family}`;

/** The chain that sees the packets of a mailer on this machine itself. */
const ownHook = 'INPUT';

/**
 * Whether rules must match the port that the client called, rather than the port that the packet has now.
 * Only where packets are translated: a rule that asks conntrack costs more, and the old program's listing
 * has none.
 */
export const isTranslated = ({hooks}: Traffic): boolean =>
  hooks.length !== 1 || hooks[0] !== ownHook;

/**
 * The destination ports that packets have at our rules. A client that was redirected to the gate before it
 * was blocked has the gate's port; that port counts as 25, and is never a submission port. Where packets are
 * translated, rules match the port that the client called, so the gate's port does not occur.
 */
export const portsMet = (traffic: Traffic): readonly number[] =>
  traffic.gate === undefined || isTranslated(traffic)
    ? traffic.ports
    : [...new Set([...traffic.ports, traffic.gate])].sort((a, b) => a - b);

const relayPort = 25;
/** RFC 8314, section 3.3, and RFC 6409: the ports at which users submit mail, with a password. */
const submissionPorts: readonly number[] = [465, 587];

/**
 * The ports at which a block spares a client that logged in recently: all but 25. If 25 is not guarded, only
 * the two submission ports. Never all ports, because the client must have guessed at one of them.
 */
export function submissionsOf(ports: readonly number[]): readonly number[] {
  const some = ports.includes(relayPort)
    ? ports.filter((port) => port !== relayPort)
    : ports.filter((port) => submissionPorts.includes(port));
  return some.length === ports.length ? [] : some;
}

/**
 * A key that is the same for the same traffic. If the only hook is INPUT, the key is the ports alone, as
 * earlier versions wrote it.
 */
export function trafficKey(traffic: Traffic): string {
  const ports = portsMet(traffic).join(',');
  // Two specifications may have the same ports and still differ: 2500 may be the gate's port or the
  // mailer's.
  const own = ports === traffic.ports.join(',') ? ports : `${ports} gate`;
  return isTranslated(traffic) ? `${ports} ${traffic.hooks.join(',')}` : own;
}
