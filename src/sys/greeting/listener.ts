/**
 * The gate's port: accepts connections, and reads nothing from them. The gate opens the port itself, or the service
 * manager holds it (sd_listen_fds(3)), so that no client is refused while the gate starts.
 */
import fs from 'node:fs';
import net from 'node:net';
import {type Connection, connectionOf} from './connection.js';

/** Connections that wait to be accepted. A count: the kernel's own bound. */
const backlog = 4096;
/** The first descriptor that a service manager gives (sd_listen_fds(3)). */
const firstGiven = 3;
/** Descriptors that are taken from a manager, which gives one for each line `ListenStream=`. A count. */
const mostGiven = 16;

interface Listener {
  /** `manager`: the sockets come from the service manager. `port`: the gate opened the port. */
  readonly from: 'manager' | 'port';
  readonly port: number;
  /** Accepts no more connections. Those that were accepted stay open. */
  close(): void;
}

/**
 * Takes the descriptors out of the environment, so that no program that we start takes them for its own.
 *
 * @returns nothing if no manager gave any
 */
export function takeGivenSockets(environment: NodeJS.ProcessEnv = process.env): number[] {
  const {LISTEN_FDS: count, LISTEN_PID: pid} = environment;
  delete environment['LISTEN_FDS'];
  delete environment['LISTEN_PID'];
  delete environment['LISTEN_FDNAMES'];
  if (Number(pid) !== process.pid || !/^\d{1,3}$/.test(count ?? '')) return [];
  const given = Math.min(Number(count), mostGiven);
  return Array.from({length: given}, (_, at) => firstGiven + at);
}

/** @throws when a socket cannot be opened; a missing IPv6 is no failure */
export async function listenForClients(
  port: number,
  given: readonly number[],
  take: (connection: Connection) => void,
): Promise<Listener> {
  const accept = (socket: net.Socket): void => {
    const connection = connectionOf(socket);
    if (connection !== undefined) take(connection);
  };
  const make = (): net.Server =>
    net.createServer({pauseOnConnect: true, allowHalfOpen: true}, accept);
  const wanted: (net.ListenOptions & {readonly fd?: number})[] =
    given.length > 0
      ? given.map((fd) => ({fd}))
      : [
          {port, host: '0.0.0.0', backlog},
          {port, host: '::', ipv6Only: true, backlog},
        ];
  const servers: net.Server[] = [];
  for (const options of wanted) {
    try {
      servers.push(await listen(make(), options));
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException;
      // This machine has no IPv6.
      if (options.host === '::' && ['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(code ?? '')) continue;
      for (const server of servers) server.close();
      throw error;
    }
  }
  if (given.length > 0) expectBothFamilies(servers);
  return {
    from: given.length > 0 ? 'manager' : 'port',
    port: portOf(servers[0]) ?? port,
    close: () => {
      for (const server of servers) server.close();
    },
  };
}

/** The firewall redirects clients of both families to one port. @throws when the manager's sockets do not listen there */
function expectBothFamilies(servers: readonly net.Server[]): void {
  const places = servers.map((server) => server.address() as net.AddressInfo);
  const families = new Set(places.map(({family}) => family));
  const isIpv6 = fs.existsSync('/proc/net/if_inet6');
  const isOnePort = places.every(({port}) => port === places[0]?.port);
  if (isOnePort && families.has('IPv4') && (families.has('IPv6') || !isIpv6)) return;
  for (const server of servers) server.close();
  throw new Error(
    'expected of the service manager ListenStream=0.0.0.0:PORT and ListenStream=[::]:PORT',
  );
}

function listen(server: net.Server, options: net.ListenOptions): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      // An error here means that one connection could not be accepted. The next one can.
      server.on('error', () => undefined);
      resolve(server);
    });
  });
}

function portOf(server: net.Server | undefined): number | undefined {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : undefined;
}
