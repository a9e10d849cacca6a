/**
 * Lists the sockets at our ports, finds how long each has been idle, and destroys
 * sockets with certain peers by `ss -K`. `sessions/cut.ts` and `sessions/reap.ts` decide which sockets to
 * destroy.
 */
import {readFile} from 'node:fs/promises';
import type {Address} from '../../../net/address.js';
import {type IdleTimes, readIdleTimes} from '../../../net/idle-times.js';
import {isSocketTable, type PortSockets, socketsAtPort} from '../../../net/socket-table.js';
import {type CommandResult, runCommand} from '../../run/command.js';

/**
 * At most so many peers in one call. A count: the kernel accepts a filter of 64 KB, in which an IPv6 address needs 32
 * bytes, and compares every socket with each address. The command line has 15 KB.
 */
export const mostPeersPerCall = 256;
/** A call takes 20 ms. Ms. */
const callTimeoutMs = 5000;

/**
 * Reads asynchronously, because the kernel walks its whole hash to print a table.
 *
 * @throws if a table cannot be read (no descriptor is left), or is no table. An empty table would mean that no client is
 *   connected
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
 * The most that `ss` may print about idle times. Bytes: half a kilobyte for each of 16,000 sessions, which are more
 * sendmail processes than fit into a machine.
 */
const mostIdleBytes = 8 * 1024 * 1024;

/**
 * How long the connections at these ports have been idle, in this process's own network namespace: from
 * the kernel's tcp_info, which no file in /proc shows. Only `established` ones: if a client hangs up,
 * sendmail reads that at once and ends.
 */
export async function idleTimes(ports: readonly number[]): Promise<IdleTimes> {
  const form = ['--no-header', '--oneline', '--tcp', '--numeric', '--extended', '--info'];
  const parameters = [...form, 'state', 'established', ...at(ports)];
  const limits = {timeoutMs: callTimeoutMs, mostOutputBytes: mostIdleBytes};
  const result = await runCommand('ss', parameters, limits);
  return result.kind === 'done' ? readIdleTimes(result.stdout) : {kind: 'unknown', why: result.why};
}

/**
 * Destroys connections to these ports from these addresses, in this process's own network namespace.
 * If it fails, neither the output of `ss` nor its exit code shows that.
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

/** An IPv4 address also stands for its mapped form, which a socket for both families has. */
function filter(ports: readonly number[], peers: readonly Address[]): string[] {
  const each = peers.flatMap(({family, text}) => ['or', 'dst', family === 4 ? text : `[${text}]`]);
  return [...at(ports), 'and', '(', ...each.slice(1), ')'];
}

const at = (ports: readonly number[]): string[] => [
  '(',
  ...ports.flatMap((port) => ['or', 'sport', '=', `:${port}`]).slice(1),
  ')',
];
