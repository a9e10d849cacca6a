/** The DNS, as a name server of the tests answers. */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import {ContactDns} from '../../../src/sys/contact/dns.js';
import {nameServer, type NameServer} from '../../support/contact/name-server.js';

let server: NameServer;
let dns: ContactDns;
beforeEach(async () => {
  server = await nameServer();
  dns = new ContactDns([server.address]);
});
afterEach(async () => {
  dns.stop();
  await server.close();
});

test('each kind of record', async () => {
  server.set('TXT', 'x.example.net', [['abuse@exam', 'ple.net'], ['other']]);
  server.set('PTR', '7.2.0.192.in-addr.arpa', ['a.example.net', 'b.example.net']);
  server.set('A', 'a.example.net', ['192.0.2.7']);
  server.set('AAAA', 'a.example.net', ['2001:0db8:0000:0000:0000:0000:0000:0007']);
  server.set('MX', 'example.net', ['mx.example.net']);
  server.set('MX', 'nobody.example.net', ['.']);
  const records = (all: readonly unknown[]) => ({kind: 'records', records: all});
  expect(await dns.texts('x.example.net')).toEqual(records([['abuse@exam', 'ple.net'], ['other']]));
  expect(await dns.pointers('7.2.0.192.in-addr.arpa')).toEqual(
    records(['a.example.net', 'b.example.net']),
  );
  expect(await dns.addresses('a.example.net', 4)).toEqual(records(['192.0.2.7']));
  expect(await dns.addresses('a.example.net', 6)).toEqual(records(['2001:db8::7']));
  expect(await dns.exchangers('example.net')).toEqual(records(['mx.example.net']));
  expect(await dns.exchangers('nobody.example.net')).toEqual(records(['']));
});

test('no such name and no such record are nothing; trouble is silence', async () => {
  server.set('A', 'a.example.net', ['192.0.2.7']);
  server.set('MX', 'bad.example.net', 'servfail');
  expect(await dns.exchangers('a.example.net')).toEqual({kind: 'none'});
  expect(await dns.exchangers('missing.example.net')).toEqual({kind: 'none'});
  expect(await dns.exchangers('bad.example.net')).toEqual({kind: 'silent', why: 'ESERVFAIL'});
  expect((await dns.texts('a b..example.net')).kind).not.toBe('records');
  const dead = new ContactDns(['127.0.0.1:1']);
  expect((await dead.texts('x.example.net')).kind).toBe('silent');
});

test('an answer that is cut is asked for by TCP', async () => {
  server.set('PTR', 'x.example.net', {cut: ['long.example.net']});
  expect(await dns.pointers('x.example.net')).toEqual({
    kind: 'records',
    records: ['long.example.net'],
  });
  expect(server.asked).toEqual(['PTR x.example.net over udp', 'PTR x.example.net over tcp']);
});

test('a silent server has a time, and ends when it is stopped', async () => {
  server.set('TXT', 'x.example.net', 'silent');
  const asking = dns.texts('x.example.net');
  dns.stop();
  expect(await asking).toEqual({kind: 'silent', why: 'ECANCELLED'});
  expect(await dns.texts('x.example.net')).toEqual({kind: 'silent', why: 'ETIMEOUT'});
});
