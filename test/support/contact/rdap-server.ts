/** A registry for tests at the loopback address. It answers by path as the test says, and notes the times of requests. */
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

export type Reply = (request: IncomingMessage, response: ServerResponse) => void;

export interface RdapServer {
  /** `http://127.0.0.1:PORT/`. */
  readonly base: string;
  readonly asked: {readonly path: string; readonly atMs: number}[];
  /** The most connections that were open at the same time. A count. */
  readonly mostAtOnce: () => number;
  readonly on: (path: string, reply: Reply) => void;
  readonly close: () => Promise<void>;
}

export const json =
  (value: unknown, headers: Readonly<Record<string, string>> = {}): Reply =>
  (_, response) => {
    response.writeHead(200, {'content-type': 'application/rdap+json', ...headers});
    response.end(JSON.stringify(value));
  };

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Reply =>
  (_, response) => {
    response.writeHead(code, headers).end();
  };

export async function rdapServer(): Promise<RdapServer> {
  const replies = new Map<string, Reply>();
  const asked: {path: string; atMs: number}[] = [];
  let [open, most] = [0, 0];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push({path, atMs: performance.now()});
    open += 1;
    most = Math.max(most, open);
    response.on('close', () => (open -= 1));
    (replies.get(path) ?? status(404))(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}/`,
    asked,
    mostAtOnce: () => most,
    on: (path, reply) => replies.set(path, reply),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A bootstrap file that names this server for all example networks. */
export const bootstrapOf = (...urls: readonly string[]): unknown => ({
  version: '1.0',
  services: [
    [['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '192.0.0.0/8'], urls],
  ],
});
