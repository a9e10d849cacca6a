/**
 * The gate's port: takes connections and reads nothing of them. The port is our own, or the service manager
 * holds it (sd_listen_fds(3)), so that nobody is refused while we start.
 */
import fs from 'node:fs';
import net from 'node:net';
import {type Connection, connectionOf} from './connection.js';

/** Connections that wait to be taken. A count: the kernel's own bound. */
const backlog = 4096;
/** The first descriptor that a service manager gives (sd_listen_fds(3)). */
const firstGiven = 3;
/** A manager gives one for each line `ListenStream=`. A count. */
const mostGiven = 16;

interface Listener {
  /** Our descriptors, or ports. */
  readonly from: 'manager' | 'port';
  readonly port: number;
  /** Takes no more; those that were taken go on. */
  close(): void;
}

/**
 * Takes the descriptors out of the environment: no program that we start shall believe that they are its.
 *
 * @returns none where no manager gave any
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

/** @throws when not even one of the sockets can be listened at */
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
      // No IPv6 on this machine.
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

/** The firewall leads clients of both families to one port. @throws when the manager's sockets are not there */
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
      // A connection that could not be taken: the next one can.
      server.on('error', () => undefined);
      resolve(server);
    });
  });
}

function portOf(server: net.Server | undefined): number | undefined {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : undefined;
}
