/**
 * The whole search against a registry and a name server of the tests: which source names somebody, how often
 * each is asked, and what becomes of troubles. All of it at the loopback address.
 */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {Table} from '../../../../src/base/mechanisms/table.js';
import {
  ContactCache,
  type ContactRow,
  failureKeptMs,
  keptMs,
  silenceKeptMs,
} from '../../../../src/complaint/contact/cache.js';
import {ContactFinder, mostAsking} from '../../../../src/complaint/contact/live/finder.js';
import {mostAnswerBytes} from '../../../../src/complaint/contact/live/registry.js';
import {usualGapMs} from '../../../../src/complaint/contact/rdap/pace.js';
import {parseAddress} from '../../../../src/net/address.js';
import {nameServer, type NameServer} from '../../../support/contact/name-server.js';
import {
  bootstrapOf,
  json,
  rdapServer,
  type RdapServer,
  status,
} from '../../../support/contact/rdap-server.js';
import {
  afrinic,
  apnic,
  arin,
  card,
  entity,
  lacnic,
  network,
  ripe,
} from '../../../support/contact/registries.js';
import {tempDirs} from '../../../support/temp.js';

const tempDir = tempDirs();
const nowMs = 1_700_000_000_000;
const zone = 'abuse.example.org';
const address = (text: string) => parseAddress(text)!;
const a7 = address('192.0.2.7');

let registry: RdapServer;
let names: NameServer;
let finders: ContactFinder[];
let rows: Table<ContactRow>;

beforeEach(async () => {
  [registry, names, finders, rows] = [await rdapServer(), await nameServer(), [], new Table()];
});
afterEach(async () => {
  for (const finder of finders) finder.stop();
  await Promise.all([registry.close(), names.close()]);
});

/** A file that names this server for all networks for examples. */
function bootstrapFile(...urls: readonly string[]): string {
  const path = join(tempDir(), 'bootstrap.json');
  writeFileSync(path, JSON.stringify(bootstrapOf(...(urls.length > 0 ? urls : [registry.base]))));
  return path;
}

function finderOf(
  settings: {rdapBootstrap?: string; contactZone?: string; nameServers?: readonly string[]} = {},
) {
  const standard = {
    rdapBootstrap: bootstrapFile(),
    contactZone: zone,
    nameServers: [names.address],
  };
  const finder = new ContactFinder({...standard, ...settings}, new ContactCache(rows));
  finders.push(finder);
  return finder;
}

const paths = (): string[] => registry.asked.map(({path}) => path);
const found = (
  networkText: string,
  source: string,
  certainty: string,
  ...mailboxes: readonly string[]
) => ({
  ...{kind: 'found', network: networkText, foundMs: expect.any(Number)},
  contacts: mailboxes.map((mailbox) => ({mailbox, source, certainty})),
});

describe('the five registries', () => {
  test.each([
    ['192.0.2.7', arin, found('192.0.2.0/24', 'registry', 'published', 'abuse@example.net')],
    ['198.51.100.7', ripe, found('198.51.100.0/25', 'registry', 'published', 'abuse@example.org')],
    [
      '203.0.113.7',
      apnic,
      found('203.0.113.0/24', 'registry', 'published', 'IRT@example.com', 'abuse@example.com'),
    ],
    ['192.0.2.130', lacnic, {kind: 'none', network: '192.0.2.128/26'}],
    ['2001:db8::7', afrinic, {kind: 'none', network: '2001:db8::/32'}],
  ])('%s', async (text, record, expected) => {
    registry.on(`/ip/${text}`, json(record));
    expect(await finderOf().find(address(text), nowMs)).toMatchObject(expected);
    // Where the registry names somebody, the DNS is not asked.
    expect(names.asked.length > 0).toBe(expected.kind === 'none');
  });
});

describe('where the registry names nobody', () => {
  beforeEach(() => registry.on('/ip/192.0.2.130', json(lacnic)));
  const a130 = address('192.0.2.130');
  const pointer = '130.2.0.192.in-addr.arpa';

  test('the contact zone does, for the network of the registry', async () => {
    names.set('TXT', `130.2.0.192.${zone}`, [['a@example.net,b@example.net,abuse@lacnic.net']]);
    expect(await finderOf().find(a130, nowMs)).toEqual(
      found('192.0.2.128/26', 'contact-zone', 'listed', 'a@example.net', 'b@example.net'),
    );
    expect(names.asked).toHaveLength(1);
  });

  test('the reverse name does, up to the domain that takes mail', async () => {
    names.set('PTR', pointer, ['h.pool.example.co.uk']);
    names.set('A', 'h.pool.example.co.uk', ['198.51.100.1', '192.0.2.130']);
    names.set('MX', 'pool.example.co.uk', ['.']);
    names.set('MX', 'example.co.uk', ['mx.example.co.uk']);
    expect(await finderOf().find(a130, nowMs)).toEqual(
      found(
        '192.0.2.128/26',
        'reverse-name',
        'guessed',
        'abuse@example.co.uk',
        'postmaster@example.co.uk',
      ),
    );
    expect(names.asked.map((each) => each.split(' ').slice(0, 2).join(' '))).toEqual([
      ...[`TXT 130.2.0.192.${zone}`, `PTR ${pointer}`, 'A h.pool.example.co.uk'],
      ...['MX h.pool.example.co.uk', 'MX pool.example.co.uk', 'MX example.co.uk'],
    ]);
  });

  test.each([
    ['leads elsewhere', 'h.example.net', ['198.51.100.1']],
    ['leads nowhere', 'h.example.net', []],
    ['is a top level domain', 'net', ['192.0.2.130']],
    ['is a public suffix', 'co.uk', ['192.0.2.130']],
    ['is no host name', 'a b.example.net', ['192.0.2.130']],
  ])('a reverse name that %s counts for nothing', async (_, name, addresses) => {
    names.set('PTR', pointer, [name]);
    names.set('A', name, addresses);
    for (const each of ['h.example.net', 'example.net', 'net', 'co.uk', 'uk'])
      names.set('MX', each, ['mx.example.net']);
    expect(await finderOf().find(a130, nowMs)).toMatchObject({kind: 'none'});
    expect(names.asked.filter((each) => each.startsWith('MX'))).toEqual([]);
  });

  test('an answer that is cut is asked for again by TCP', async () => {
    names.set('PTR', pointer, {cut: ['h.example.net']});
    names.set('A', 'h.example.net', ['192.0.2.130']);
    names.set('MX', 'example.net', ['mx.example.net']);
    expect(await finderOf().find(a130, nowMs)).toMatchObject({kind: 'found'});
    expect(names.asked).toContain(`PTR ${pointer} over tcp`);
  });

  test('a name server in trouble is a failure, and the way goes on above it', async () => {
    names.set('PTR', pointer, ['h.example.net']);
    names.set('A', 'h.example.net', ['192.0.2.130']);
    names.set('MX', 'h.example.net', 'servfail');
    expect(await finderOf().find(a130, nowMs)).toMatchObject({
      ...{kind: 'failed', why: expect.stringContaining('h.example.net: ESERVFAIL')},
    });
    rows.delete('192.0.2.0/24');
    names.set('MX', 'example.net', ['mx.example.net']);
    expect(await finderOf().find(a130, nowMs)).toMatchObject({
      ...{kind: 'found', contacts: [{mailbox: 'abuse@example.net'}, {}]},
    });
  });
});

test('with everything off nobody is asked but for the reverse name', async () => {
  const finder = finderOf({rdapBootstrap: '', contactZone: ''});
  expect(await finder.find(a7, nowMs)).toMatchObject({kind: 'none', network: '192.0.2.0/24'});
  expect([paths(), names.asked]).toEqual([[], ['PTR 7.2.0.192.in-addr.arpa over udp']]);
});

test.each(['10.1.2.3', '127.0.0.1', '169.254.169.254', 'fe80::1'])(
  '%s is looked up nowhere',
  async (text) => {
    expect(await finderOf().find(address(text), nowMs)).toMatchObject({kind: 'none'});
    expect([paths(), names.asked, rows.size]).toEqual([[], [], 0]);
  },
);

describe('the cache', () => {
  test('a neighbour in the network of the holder asks nobody, for seven days', async () => {
    registry.on('/ip/192.0.2.7', json(arin));
    const finder = finderOf();
    expect((await finder.look(a7, nowMs)).by).toBe('search');
    expect(await finder.look(address('192.0.2.200'), nowMs + keptMs - 60_000)).toMatchObject({
      ...{by: 'cache', answer: {kind: 'found', network: '192.0.2.0/24'}},
    });
    expect(registry.asked).toHaveLength(1);
    await finder.find(a7, nowMs + keptMs + 60_000);
    expect(registry.asked).toHaveLength(2);
  });

  test('after the clock was set back it is asked again', async () => {
    registry.on('/ip/192.0.2.7', json(arin));
    const finder = finderOf();
    await finder.find(a7, nowMs);
    await finder.find(a7, nowMs - 86_400_000);
    expect(registry.asked).toHaveLength(2);
  });

  test('many ask for one network at the same time: one question', async () => {
    registry.on('/ip/192.0.2.7', json(arin));
    const finder = finderOf();
    const all = await Promise.all(
      Array.from({length: 50}, (_, i) =>
        finder.find(address(i === 0 ? '192.0.2.7' : `192.0.2.${i + 10}`), nowMs),
      ),
    );
    expect(new Set(all.map(({kind}) => kind))).toEqual(new Set(['found']));
    expect(registry.asked).toHaveLength(1);
  });

  test('two networks in one /24 are two questions', async () => {
    const half = (start: string, end: string, mailbox: string) =>
      network(start, end, [entity(['abuse'], {vcardArray: card(mailbox)})]);
    registry.on('/ip/192.0.2.7', json(half('192.0.2.0', '192.0.2.127', 'low@example.net')));
    registry.on('/ip/192.0.2.200', json(half('192.0.2.128', '192.0.2.255', 'high@example.net')));
    const finder = finderOf();
    const all = await Promise.all([
      finder.find(a7, nowMs),
      finder.find(address('192.0.2.200'), nowMs),
    ]);
    expect(all).toMatchObject([
      {network: '192.0.2.0/25', contacts: [{mailbox: 'low@example.net'}]},
      {network: '192.0.2.128/25', contacts: [{mailbox: 'high@example.net'}]},
    ]);
  });
});

describe('the pace', () => {
  test('one connection to a server, and one question in two seconds', async () => {
    const texts = ['192.0.2.7', '198.51.100.7', '203.0.113.7'];
    texts.forEach((text, i) => registry.on(`/ip/${text}`, json([arin, ripe, apnic][i])));
    const finder = finderOf();
    const all = await Promise.all(texts.map((text) => finder.find(address(text), nowMs)));
    expect(all.map(({kind}) => kind)).toEqual(['found', 'found', 'found']);
    expect(registry.mostAtOnce()).toBe(1);
    const times = registry.asked.map(({atMs}) => atMs);
    // The server reads its clock a little later or earlier than we do.
    for (let i = 1; i < times.length; i++)
      expect(times[i]! - times[i - 1]!).toBeGreaterThan(usualGapMs - 200);
  });

  test('a server that asks for a pause is left alone for it', async () => {
    registry.on('/ip/192.0.2.7', status(429, {'retry-after': '7200'}));
    const finder = finderOf();
    const first = await finder.find(a7, nowMs);
    expect(first).toMatchObject({kind: 'failed', why: expect.stringContaining('429')});
    expect(first.kind === 'failed' && first.againMs - nowMs).toBeGreaterThanOrEqual(7_200_000);
    // Another network of the same registry.
    expect(await finder.find(address('198.51.100.7'), nowMs)).toMatchObject({kind: 'failed'});
    expect(paths()).toEqual(['/ip/192.0.2.7']);
  });

  test('too many at once are sent away, and nothing is remembered of that', async () => {
    registry.on('/ip/192.0.2.7', json(arin));
    const finder = finderOf();
    const all = Array.from({length: mostAsking + 10}, () => finder.find(a7, nowMs));
    const answers = await Promise.all(all);
    expect(answers.filter(({kind}) => kind === 'failed')).toHaveLength(10);
    expect(await finder.find(a7, nowMs + 1000)).toMatchObject({kind: 'found'});
  });
});

describe('redirects', () => {
  test('from one registry to the other', async () => {
    const other = await rdapServer();
    other.on('/ip/192.0.2.7', json(arin));
    registry.on('/ip/192.0.2.7', status(301, {location: `${other.base}ip/192.0.2.7`}));
    expect(await finderOf().find(a7, nowMs)).toMatchObject({kind: 'found'});
    expect([registry.asked.length, other.asked.length]).toEqual([1, 1]);
    await other.close();
  });

  test.each([
    ['in a circle', '/ip/192.0.2.7'],
    ['without end', '/a'],
  ])('%s they end', async (_, location) => {
    registry.on('/ip/192.0.2.7', status(302, {location}));
    registry.on('/a', status(302, {location: '/b'}));
    registry.on('/b', status(302, {location: '/c'}));
    registry.on('/c', status(302, {location: '/d'}));
    const answer = await finderOf().find(a7, nowMs);
    expect(answer).toMatchObject({kind: 'failed', why: expect.stringContaining('redirects')});
    expect(registry.asked.length).toBeLessThanOrEqual(4);
  });
});

describe('an answer that is none', () => {
  test.each([
    ['no JSON', (_: unknown, response: {end: (text: string) => void}) => response.end('<html>')],
    [
      'too long',
      (_: unknown, response: {end: (text: string) => void}) => response.end('x'.repeat(5_000_000)),
    ],
    ['of another network', json(ripe)],
    ['an error', status(500)],
  ])('%s: it is asked again the next day', async (_, reply) => {
    registry.on('/ip/192.0.2.7', reply);
    const answer = await finderOf().find(a7, nowMs);
    expect(answer).toMatchObject({kind: 'failed', why: expect.stringContaining('registry: ')});
    const againMs = answer.kind === 'failed' ? answer.againMs : 0;
    expect(againMs - nowMs - failureKeptMs).toBeLessThan(60_000);
    expect(againMs - nowMs).toBeGreaterThanOrEqual(failureKeptMs);
    expect(mostAnswerBytes).toBeLessThan(5_000_000);
  });

  test('and where the registry fails, the contact zone is still asked', async () => {
    registry.on('/ip/192.0.2.7', (request) => request.socket.destroy());
    names.set('TXT', `7.2.0.192.${zone}`, [['abuse@example.net']]);
    expect(await finderOf().find(a7, nowMs)).toEqual(
      found('192.0.2.0/24', 'contact-zone', 'listed', 'abuse@example.net'),
    );
    expect(rows.get('192.0.2.0/24')?.forMs).toBe(silenceKeptMs);
  });

  test('a network that the registry does not know has no contact there', async () => {
    expect(await finderOf().find(a7, nowMs)).toMatchObject({kind: 'none', network: '192.0.2.0/24'});
  });
});

test('hostile contacts: what is left are mailboxes', async () => {
  const mailboxes = [
    ...[
      'a@example.net\r\nBcc: b@example.org',
      '"q"@example.net',
      '<abuse@example.net>',
      '|x@example.net',
    ],
    ...['REDACTED FOR PRIVACY', '1@example.net', '2@example.net', '3@example.net', '4@example.net'],
  ];
  const record = network('192.0.2.0', '192.0.2.255', [
    entity(['abuse'], {vcardArray: card(...mailboxes)}),
  ]);
  registry.on('/ip/192.0.2.7', json(record));
  expect(await finderOf().find(a7, nowMs)).toEqual(
    found(
      '192.0.2.0/24',
      'registry',
      'published',
      '1@example.net',
      '2@example.net',
      '3@example.net',
    ),
  );
});

describe('a bootstrap that cannot be used', () => {
  test.each([
    ['is missing', '/nonexistent/bootstrap.json', 'no such file'],
    ['is no JSON', undefined, 'services'],
  ])('%s: one line says so', async (_, path, why) => {
    const bad = join(tempDir(), 'bad.json');
    writeFileSync(bad, 'not json');
    const answer = await finderOf({rdapBootstrap: path ?? bad}).find(a7, nowMs);
    expect(answer).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining('rdap_bootstrap: '),
    });
    expect(answer.kind === 'failed' && answer.why).toContain(why);
  });

  test('a server of none of its prefixes: no registry answers for the address', async () => {
    const path = join(tempDir(), 'other.json');
    writeFileSync(path, JSON.stringify({services: [[['198.51.100.0/24'], [registry.base]]]}));
    expect(await finderOf({rdapBootstrap: path}).find(a7, nowMs)).toMatchObject({kind: 'none'});
  });
});

test('ends when it is stopped, and remembers nothing of that', async () => {
  registry.on('/ip/192.0.2.7', () => finder.stop());
  const finder = finderOf();
  expect(await finder.find(a7, nowMs)).toMatchObject({kind: 'failed'});
  expect(rows.size).toBe(0);
});
