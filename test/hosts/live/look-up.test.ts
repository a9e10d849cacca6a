/** The addresses of a host, from a name server of the test. */
import {afterEach, expect, test} from '@jest/globals';
import {lookUp, mostQuestions} from '../../../src/hosts/live/look-up.js';
import {ContactDns} from '../../../src/sys/contact/dns.js';
import {type NameServer, nameServer} from '../../support/contact/name-server.js';

let server: NameServer | undefined;
afterEach(() => server?.close());

const started = async (): Promise<{server: NameServer; dns: ContactDns}> => {
  server = await nameServer();
  return {server, dns: new ContactDns([server.address])};
};

test('its own addresses, those of its mail exchangers, and those that its SPF record names', async () => {
  const {server: names, dns} = await started();
  names.set('A', 'partner.example', ['192.0.2.1']);
  names.set('MX', 'partner.example', ['mx.partner.example', 'not a name']);
  names.set('A', 'mx.partner.example', ['192.0.2.2']);
  names.set('AAAA', 'mx.partner.example', ['2001:0db8:0000:0000:0000:0000:0000:0002']);
  names.set('TXT', 'partner.example', [
    ['v=spf1 ip4:198.51.100.0/24 include:spf.example.net -all'],
  ]);
  names.set('TXT', 'spf.example.net', [['v=spf1 a:out.example.net include:partner.example -all']]);
  names.set('A', 'out.example.net', ['203.0.113.9']);
  const {found, silent} = await lookUp('partner.example', dns);
  expect(silent).toEqual([]);
  expect([...found].sort((a, b) => a.network.localeCompare(b.network))).toEqual([
    {network: '192.0.2.1', by: 'address'},
    {network: '192.0.2.2', by: 'MX'},
    {network: '198.51.100.0/24', by: 'SPF'},
    {network: '2001:db8::2', by: 'MX'},
    {network: '203.0.113.9', by: 'SPF'},
  ]);
});

test('a server that gives no answer, or that cannot: the names that could not be looked up are listed', async () => {
  const {server: names, dns} = await started();
  names.set('A', 'partner.example', ['192.0.2.1']);
  names.set('MX', 'partner.example', 'silent');
  names.set('TXT', 'partner.example', 'servfail');
  const {found, silent} = await lookUp('partner.example', dns, 1500);
  expect(found).toEqual([{network: '192.0.2.1', by: 'address'}]);
  expect([...silent].sort()).toEqual([
    'the DNS: MX of partner.example: no answer in time',
    expect.stringMatching(/^the DNS: SPF of partner\.example: ./),
  ]);
});

test('records that lead on and on: so many questions, and no more', async () => {
  const {server: names, dns} = await started();
  for (let at = 0; at < 2 * mostQuestions; at++) {
    const text = `v=spf1 include:s${at + 1}.example`;
    names.set('TXT', at === 0 ? 'partner.example' : `s${at}.example`, [[text]]);
  }
  const {silent} = await lookUp('partner.example', dns);
  expect(silent).toEqual([`the DNS: more than ${mostQuestions} questions: the rest was not asked`]);
  expect(new Set(names.asked).size).toBeLessThanOrEqual(mostQuestions);
});

test('more addresses than are kept: the answer says that some are left out', async () => {
  const {server: names, dns} = await started();
  const terms: string[] = [];
  for (let at = 0; at < 9; at++) {
    const addresses = Array.from({length: 25}, (_, host) => `192.0.2.${at * 25 + host}`);
    names.set('A', `s${at}.example`, addresses);
    terms.push(`a:s${at}.example`);
  }
  names.set('TXT', 'partner.example', [[`v=spf1 ${terms.join(' ')} -all`]]);
  const {found, silent} = await lookUp('partner.example', dns);
  expect(found).toHaveLength(200);
  expect(silent).toEqual(['the DNS: more than 200 addresses: the rest is left out']);
});
