/**
 * A mail server in the namespace of a test, and clients with their own addresses in another namespace. A
 * wire connects them, so that packets come in as from the Internet.
 */
import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {until} from '../temp.js';
import {openSpace} from './namespace.js';
import {hosts, type Scene} from './scenes.js';

/** A connection of a client, and the answer to what it sent. */
export interface Talk {
  isConnected: boolean;
  heard: string;
  say(text: string): void;
}

export interface Peers {
  /** A process in the clients' namespace. */
  readonly clientsPid: number;
  /** Begins to connect from this address. */
  call(from: string, port: number): Talk;
  close(): void;
}

/** The mail server's address. */
export const server = {4: '192.0.2.25', 6: '2001:db8:25::25'} as const;

export interface Told {
  readonly event: 'ready' | 'connected' | 'data' | 'error';
  readonly id?: number;
  readonly text?: string;
}

/**
 * @param more addresses of clients besides `hosts`
 * @param servers the words for `peer.mjs` in the namespace of the test
 */
export async function openPeers(
  {namespace, family}: Scene,
  more: readonly string[] = [],
  servers: readonly [mode: string, ...ports: string[]] = ['serve', '25', '26', '27'],
): Promise<Peers> {
  const clients = await openSpace();
  const batch = [`-${family}`, '-batch', '-'];
  const inClients = [`--net=/proc/${clients.pid}/ns/net`, 'ip', ...batch];
  const [length, noWait] = family === 4 ? [24, ''] : [64, 'nodad'];
  const far = family === 4 ? '203.0.113.0/24' : '2001:db8::/32';
  const lay = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
  const near = lay(
    `link add mail type veth peer name net netns ${clients.pid}`,
    `address add ${server[family]}/${length} dev mail ${noWait}`,
    'link set mail up',
    `route add ${far} dev mail`,
  );
  const there = lay(
    ...[...hosts[family], ...more].map((host) => `address add ${host} dev net ${noWait}`),
    'link set net up',
    `route add ${server[family]} dev net`,
  );
  namespace.run('ip', batch, near);
  namespace.run('nsenter', inClients, there);

  const talks: Talk[] = [];
  const take = ({event, id = 0, text = ''}: Told): void => {
    const talk = talks[id];
    if (event === 'connected' && talk) talk.isConnected = true;
    if (event === 'data' && talk) talk.heard += text;
  };
  const words = (mode: string, ...ports: string[]) => [
    'test/support/kernel/peer.mjs',
    mode,
    ...ports,
  ];
  const serving = startPeer(namespace.enter(process.execPath, words(...servers)), take);
  const calling = startPeer(
    ['nsenter', `--net=/proc/${clients.pid}/ns/net`, process.execPath, ...words('call')],
    take,
  );
  await Promise.all([serving.ready, calling.ready]);
  return {
    clientsPid: clients.pid,
    call(from, port) {
      const id = talks.length;
      const order = (more: object): void =>
        void calling.child.stdin.write(`${JSON.stringify({id, ...more})}\n`);
      const talk = {isConnected: false, heard: '', say: (text: string) => order({text})};
      talks.push(talk);
      order({from, to: server[family], port});
      return talk;
    },
    close() {
      for (const {child} of [serving, calling]) child.kill('SIGKILL');
      clients.close();
    },
  };
}

/** Starts `peer.mjs`. `ready` resolves when it says so. */
export function startPeer(
  command: readonly string[],
  take: (told: Told) => void,
): {readonly child: ChildProcessWithoutNullStreams; readonly ready: Promise<void>} {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command]);
  let isReady = false;
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  createInterface({input: child.stdout}).on('line', (line) => {
    const told = JSON.parse(line) as Told;
    if (told.event === 'ready') isReady = true;
    else take(told);
  });
  const ready = until('a peer', () => {
    if (child.exitCode !== null) throw new Error(`a peer ended: ${complaint}`);
    return isReady;
  });
  return {child, ready};
}
