/** What a search makes of a registry that is in trouble, or hostile: redirects, answers that are none, a bad bootstrap. */
import {describe, expect, test} from '@jest/globals';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {failureKeptMs, silenceKeptMs} from '../../../../src/complaint/contact/cache.js';
import {mostAnswerBytes} from '../../../../src/complaint/contact/live/registry.js';
import {parseAddress} from '../../../../src/net/address.js';
import {json, rdapServer, status} from '../../../support/contact/rdap-server.js';
import {arin, card, entity, network, ripe} from '../../../support/contact/registries.js';
import {found, searching, zone} from '../../../support/contact/searching.js';

const nowMs = 1_700_000_000_000;
const a7 = parseAddress('192.0.2.7')!;
const world = searching();

describe('redirects', () => {
  test('from one registry to the other', async () => {
    const other = await rdapServer();
    other.on('/ip/192.0.2.7', json(arin));
    world.registry.on('/ip/192.0.2.7', status(301, {location: `${other.base}ip/192.0.2.7`}));
    expect(await world.finderOf().find(a7, nowMs)).toMatchObject({kind: 'found'});
    expect([world.registry.asked.length, other.asked.length]).toEqual([1, 1]);
    await other.close();
  });

  test.each([
    ['in a circle', '/ip/192.0.2.7'],
    ['without end', '/a'],
  ])('%s they end', async (_, location) => {
    world.registry.on('/ip/192.0.2.7', status(302, {location}));
    world.registry.on('/a', status(302, {location: '/b'}));
    world.registry.on('/b', status(302, {location: '/c'}));
    world.registry.on('/c', status(302, {location: '/d'}));
    const answer = await world.finderOf().find(a7, nowMs);
    expect(answer).toMatchObject({kind: 'failed', why: expect.stringContaining('redirects')});
    expect(world.registry.asked.length).toBeLessThanOrEqual(4);
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
    world.registry.on('/ip/192.0.2.7', reply);
    const answer = await world.finderOf().find(a7, nowMs);
    expect(answer).toMatchObject({kind: 'failed', why: expect.stringContaining('registry: ')});
    const againMs = answer.kind === 'failed' ? answer.againMs : 0;
    expect(againMs - nowMs - failureKeptMs).toBeLessThan(60_000);
    expect(againMs - nowMs).toBeGreaterThanOrEqual(failureKeptMs);
    expect(mostAnswerBytes).toBeLessThan(5_000_000);
  });

  test('and where the registry fails, the contact zone is still asked', async () => {
    world.registry.on('/ip/192.0.2.7', (request) => request.socket.destroy());
    world.names.set('TXT', `7.2.0.192.${zone}`, [['abuse@example.net']]);
    expect(await world.finderOf().find(a7, nowMs)).toEqual(
      found('192.0.2.0/24', 'contact-zone', 'listed', 'abuse@example.net'),
    );
    expect(world.rows.get('192.0.2.0/24')?.forMs).toBe(silenceKeptMs);
  });

  test('a network that the registry does not know has no contact there', async () => {
    expect(await world.finderOf().find(a7, nowMs)).toMatchObject({
      kind: 'none',
      network: '192.0.2.0/24',
    });
  });
});

test('hostile contacts: only mailboxes are left', async () => {
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
  world.registry.on('/ip/192.0.2.7', json(record));
  expect(await world.finderOf().find(a7, nowMs)).toEqual(
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
    const bad = join(world.folder, 'bad.json');
    writeFileSync(bad, 'not json');
    const answer = await world.finderOf({rdapBootstrap: path ?? bad}).find(a7, nowMs);
    expect(answer).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining('rdap_bootstrap: '),
    });
    expect(answer.kind === 'failed' && answer.why).toContain(why);
  });

  test('a server of none of its prefixes: no registry answers for the address', async () => {
    const path = join(world.folder, 'other.json');
    writeFileSync(path, JSON.stringify({services: [[['198.51.100.0/24'], [world.registry.base]]]}));
    expect(await world.finderOf({rdapBootstrap: path}).find(a7, nowMs)).toMatchObject({
      kind: 'none',
    });
  });
});
