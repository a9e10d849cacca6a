/**
 * Servers for an otherwise empty network namespace: a name server at 127.0.0.1:53, a registry by
 * HTTPS at 192.0.2.53, another one at 198.51.100.53, and a server at 127.0.0.1 that no redirect may reach. Runs as its
 * own process (`main` with the words KEY and CERTIFICATE). Prints `ready`, and each request.
 */
export const houseScript = `
import fs from 'node:fs';
import https from 'node:https';
import {nameServer} from './test/support/contact/name-server.ts';
import {apnic, arin} from './test/support/contact/registries.ts';

const [key, cert] = process.argv.slice(2, 4).map((path) => fs.readFileSync(path));
const names = await nameServer(53);
names.set('A', 'data.example.net', ['192.0.2.53']);
names.set('A', 'rdap.example.net', ['192.0.2.53']);
names.set('A', 'other.example.net', ['198.51.100.53']);
names.set('A', 'inside.example.net', ['127.0.0.1']);
names.set('TXT', '9.2.0.192.abuse.example.org', [['abuse@example.org,second@example.org']]);
const bootstrap = {services: [[['192.0.0.0/8', '203.0.113.0/24'], ['https://rdap.example.net/']]]};
const to = (location) => [302, {location}, ''];
const json = (value) => [200, {'content-type': 'application/rdap+json'}, JSON.stringify(value)];
const answers = {
  '192.0.2.53/rdap/ipv4.json': json(bootstrap),
  '192.0.2.53/ip/192.0.2.7': json(arin),
  '192.0.2.53/ip/203.0.113.7': to('https://other.example.net/ip/203.0.113.7'),
  '192.0.2.53/ip/192.0.2.8': to('https://inside.example.net/ip/192.0.2.8'),
  '198.51.100.53/ip/203.0.113.7': json(apnic),
  '127.0.0.1/ip/192.0.2.8': json(arin),
};
for (const address of ['192.0.2.53', '198.51.100.53', '127.0.0.1']) {
  const server = https.createServer({key, cert}, (request, response) => {
    console.log(address + request.url);
    const [code, headers, body] = answers[address + request.url] ?? [404, {}, ''];
    response.writeHead(code, headers).end(body);
  });
  await new Promise((resolve) => server.listen(443, address, resolve));
}
console.log('ready');
`;
