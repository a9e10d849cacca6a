/**
 * The whole search against a registry and a name server of the tests: which source names somebody, how often
 * each is asked, and what is remembered. All of it at the loopback address. Troubles of the registry are in
 * `registry.test.ts`.
 */
import {beforeEach, describe, expect, test} from '@jest/globals';
import {keptMs} from '../../../../src/complaint/contact/cache.js';
import {mostAsking} from '../../../../src/complaint/contact/live/finder.js';
import {usualGapMs} from '../../../../src/complaint/contact/rdap/pace.js';
import {parseAddress} from '../../../../src/net/address.js';
import {json, status} from '../../../support/contact/rdap-server.js';
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
import {found, searching, zone} from '../../../support/contact/searching.js';

const nowMs = 1_700_000_000_000;
const address = (text: string) => parseAddress(text)!;
const a7 = address('192.0.2.7');
const world = searching();
const paths = (): string[] => world.registry.asked.map(({path}) => path);

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
    world.registry.on(`/ip/${text}`, json(record));
    expect(await world.finderOf().find(address(text), nowMs)).toMatchObject(expected);
    // Where the registry names somebody, the DNS is not asked.
    expect(world.names.asked.length > 0).toBe(expected.kind === 'none');
  });
});

describe('where the registry names nobody', () => {
  beforeEach(() => world.registry.on('/ip/192.0.2.130', json(lacnic)));
  const a130 = address('192.0.2.130');
  const pointer = '130.2.0.192.in-addr.arpa';

  test('the contact zone does, for the network of the registry', async () => {
    world.names.set('TXT', `130.2.0.192.${zone}`, [
      ['a@example.net,b@example.net,abuse@lacnic.net'],
    ]);
    expect(await world.finderOf().find(a130, nowMs)).toEqual(
      found('192.0.2.128/26', 'contact-zone', 'listed', 'a@example.net', 'b@example.net'),
    );
    expect(world.names.asked).toHaveLength(1);
  });

  test('the reverse name does, up to the domain that takes mail', async () => {
    world.names.set('PTR', pointer, ['h.pool.example.co.uk']);
    world.names.set('A', 'h.pool.example.co.uk', ['198.51.100.1', '192.0.2.130']);
    world.names.set('MX', 'pool.example.co.uk', ['.']);
    world.names.set('MX', 'example.co.uk', ['mx.example.co.uk']);
    expect(await world.finderOf().find(a130, nowMs)).toEqual(
      found(
        '192.0.2.130',
        'reverse-name',
        'guessed',
        'abuse@example.co.uk',
        'postmaster@example.co.uk',
      ),
    );
    expect(world.names.asked.map((each) => each.split(' ').slice(0, 2).join(' '))).toEqual([
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
    world.names.set('PTR', pointer, [name]);
    world.names.set('A', name, addresses);
    for (const each of ['h.example.net', 'example.net', 'net', 'co.uk', 'uk'])
      world.names.set('MX', each, ['mx.example.net']);
    expect(await world.finderOf().find(a130, nowMs)).toMatchObject({kind: 'none'});
    expect(world.names.asked.filter((each) => each.startsWith('MX'))).toEqual([]);
  });

  test('an answer that is cut is asked for again by TCP', async () => {
    world.names.set('PTR', pointer, {cut: ['h.example.net']});
    world.names.set('A', 'h.example.net', ['192.0.2.130']);
    world.names.set('MX', 'example.net', ['mx.example.net']);
    expect(await world.finderOf().find(a130, nowMs)).toMatchObject({kind: 'found'});
    expect(world.names.asked).toContain(`PTR ${pointer} over tcp`);
  });

  test('a name server in trouble is a failure, and the way goes on above it', async () => {
    world.names.set('PTR', pointer, ['h.example.net']);
    world.names.set('A', 'h.example.net', ['192.0.2.130']);
    world.names.set('MX', 'h.example.net', 'servfail');
    expect(await world.finderOf().find(a130, nowMs)).toMatchObject({
      ...{kind: 'failed', why: expect.stringContaining('h.example.net: ESERVFAIL')},
    });
    world.rows.delete('192.0.2.0/24');
    world.names.set('MX', 'example.net', ['mx.example.net']);
    expect(await world.finderOf().find(a130, nowMs)).toMatchObject({
      ...{kind: 'found', contacts: [{mailbox: 'abuse@example.net'}, {}]},
    });
  });
});

test('with everything off nobody is asked but for the reverse name', async () => {
  const finder = world.finderOf({rdapBootstrap: '', contactZone: ''});
  expect(await finder.find(a7, nowMs)).toMatchObject({kind: 'none', network: '192.0.2.0/24'});
  expect([paths(), world.names.asked]).toEqual([[], ['PTR 7.2.0.192.in-addr.arpa over udp']]);
});

test.each(['10.1.2.3', '127.0.0.1', '169.254.169.254', 'fe80::1'])(
  '%s is looked up nowhere',
  async (text) => {
    expect(await world.finderOf().find(address(text), nowMs)).toMatchObject({kind: 'none'});
    expect([paths(), world.names.asked, world.rows.size]).toEqual([[], [], 0]);
  },
);

describe('the cache', () => {
  test('a neighbour in the network of the holder asks nobody, for seven days', async () => {
    world.registry.on('/ip/192.0.2.7', json(arin));
    const finder = world.finderOf();
    expect((await finder.look(a7, nowMs)).by).toBe('search');
    expect(await finder.look(address('192.0.2.200'), nowMs + keptMs - 60_000)).toMatchObject({
      ...{by: 'cache', answer: {kind: 'found', network: '192.0.2.0/24'}},
    });
    expect(world.registry.asked).toHaveLength(1);
    await finder.find(a7, nowMs + keptMs + 60_000);
    expect(world.registry.asked).toHaveLength(2);
  });

  test('after the clock was set back it is asked again', async () => {
    world.registry.on('/ip/192.0.2.7', json(arin));
    const finder = world.finderOf();
    await finder.find(a7, nowMs);
    await finder.find(a7, nowMs - 86_400_000);
    expect(world.registry.asked).toHaveLength(2);
  });

  test('many ask for one network at the same time: one question', async () => {
    world.registry.on('/ip/192.0.2.7', json(arin));
    const finder = world.finderOf();
    const all = await Promise.all(
      Array.from({length: 50}, (_, i) =>
        finder.find(address(i === 0 ? '192.0.2.7' : `192.0.2.${i + 10}`), nowMs),
      ),
    );
    expect(new Set(all.map(({kind}) => kind))).toEqual(new Set(['found']));
    expect(world.registry.asked).toHaveLength(1);
  });

  test('two networks in one /24 are two questions', async () => {
    const half = (start: string, end: string, mailbox: string) =>
      network(start, end, [entity(['abuse'], {vcardArray: card(mailbox)})]);
    world.registry.on('/ip/192.0.2.7', json(half('192.0.2.0', '192.0.2.127', 'low@example.net')));
    world.registry.on(
      '/ip/192.0.2.200',
      json(half('192.0.2.128', '192.0.2.255', 'high@example.net')),
    );
    const finder = world.finderOf();
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
    texts.forEach((text, i) => world.registry.on(`/ip/${text}`, json([arin, ripe, apnic][i])));
    const finder = world.finderOf();
    const all = await Promise.all(texts.map((text) => finder.find(address(text), nowMs)));
    expect(all.map(({kind}) => kind)).toEqual(['found', 'found', 'found']);
    expect(world.registry.mostAtOnce()).toBe(1);
    const times = world.registry.asked.map(({atMs}) => atMs);
    // On a busy machine a question reaches the server late, and the next one in time.
    for (let i = 1; i < times.length; i++)
      expect(times[i]! - times[i - 1]!).toBeGreaterThan(usualGapMs / 2);
  });

  test('a server that asks for a pause is left alone for it', async () => {
    world.registry.on('/ip/192.0.2.7', status(429, {'retry-after': '7200'}));
    const finder = world.finderOf();
    const first = await finder.find(a7, nowMs);
    expect(first).toMatchObject({kind: 'failed', why: expect.stringContaining('429')});
    expect(first.kind === 'failed' && first.againMs - nowMs).toBeGreaterThanOrEqual(7_200_000);
    // Another network of the same registry.
    expect(await finder.find(address('198.51.100.7'), nowMs)).toMatchObject({kind: 'failed'});
    expect(paths()).toEqual(['/ip/192.0.2.7']);
  });

  test('too many at once are sent away, and nothing is remembered of that', async () => {
    world.registry.on('/ip/192.0.2.7', json(arin));
    const finder = world.finderOf();
    const all = Array.from({length: mostAsking + 10}, () => finder.find(a7, nowMs));
    const answers = await Promise.all(all);
    expect(answers.filter(({kind}) => kind === 'failed')).toHaveLength(10);
    expect(await finder.find(a7, nowMs + 1000)).toMatchObject({kind: 'found'});
  });
});

test('ends when it is stopped, and remembers nothing of that', async () => {
  world.registry.on('/ip/192.0.2.7', () => finder.stop());
  const finder = world.finderOf();
  expect(await finder.find(a7, nowMs)).toMatchObject({kind: 'failed'});
  expect(world.rows.size).toBe(0);
});
