/**
 * The sockets at ports of ours: lists them, asks how long nothing was moved on them, and destroys
 * those with certain peers, as `ss -K` does. Whose they are and whether they are to go is decided in
 * `sessions/cut.ts` and `sessions/reap.ts`.
 */
import {readFile} from 'node:fs/promises';
import type {Address} from '../../../net/address.js';
import {type IdleTimes, readIdleTimes} from '../../../net/idle-times.js';
import {isSocketTable, type PortSockets, socketsAtPort} from '../../../net/socket-table.js';
import {type CommandResult, runCommand} from '../../run/command.js';

/**
 * Peers in one call. A count: the kernel takes a filter of 64 KB, in which an IPv6 address needs 32
 * bytes, and compares every socket with each of them; the words are 15 KB.
 */
export const mostPeersPerCall = 256;
/** A call takes 20 ms. Ms. */
const callTimeoutMs = 5000;

/**
 * Read without holding up others: the kernel walks its whole hash to print a table.
 *
 * @throws when a table cannot be read (no descriptors are left), or is none: an empty one would mean that
 *   nobody is connected
 */
export async function portSockets(...ports: readonly number[]): Promise<PortSockets> {
  const tables = (await Promise.all(['tcp', 'tcp6'].map(readTable))).join('\n');
  const found = ports.map((port) => socketsAtPort(tables, port));
  return {
    connected: found.flatMap(({connected}) => connected),
    listening: new Set(found.flatMap(({listening}) => [...listening])),
  };
}

async function readTable(name: string): Promise<string> {
  const path = `/proc/self/net/${name}`;
  const text = await readFile(path, 'latin1').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && name === 'tcp6') return undefined; // no IPv6 here
    throw error;
  });
  if (text !== undefined && !isSocketTable(text))
    throw new Error(`${path}: not a table of sockets`);
  return text ?? '';
}

/**
 * What `ss` may print of idle times, half a kilobyte for each socket. Bytes: for 16,000 sessions, more
 * sendmail processes than fit into a machine.
 */
const mostIdleBytes = 8 * 1024 * 1024;

/**
 * How long nothing was moved on the connections at these ports, in this process's own network: from
 * the kernel's tcp_info, which no file in /proc shows. Only `established`: where the client has hung up
 * sendmail reads that at once, and goes.
 */
export async function idleTimes(ports: readonly number[]): Promise<IdleTimes> {
  const form = ['--no-header', '--oneline', '--tcp', '--numeric', '--extended', '--info'];
  const parameters = [...form, 'state', 'established', ...at(ports)];
  const limits = {timeoutMs: callTimeoutMs, mostOutputBytes: mostIdleBytes};
  const result = await runCommand('ss', parameters, limits);
  return result.kind === 'done' ? readIdleTimes(result.stdout) : {kind: 'unknown', why: result.why};
}

/**
 * Destroys what is connected to these ports of ours from these addresses, in this process's own network.
 * What could not be destroyed `ss` does not print, and its exit code does not tell either.
 *
 * @param peers at most `mostPeersPerCall`
 */
export function destroySockets(
  ports: readonly number[],
  peers: readonly Address[],
): Promise<CommandResult> {
  const parameters = ['--kill', '--no-header', '--tcp', '--numeric', ...filter(ports, peers)];
  return runCommand('ss', parameters, {timeoutMs: callTimeoutMs});
}

/** An IPv4 address also means the mapped one, which a socket for both families has. */
function filter(ports: readonly number[], peers: readonly Address[]): string[] {
  const each = peers.flatMap(({family, text}) => ['or', 'dst', family === 4 ? text : `[${text}]`]);
  return [...at(ports), 'and', '(', ...each.slice(1), ')'];
}

const at = (ports: readonly number[]): string[] => [
  '(',
  ...ports.flatMap((port) => ['or', 'sport', '=', `:${port}`]).slice(1),
  ')',
];
