/** Makes for each test a registry, a name server, and a finder that uses only these. */
import {afterEach, beforeEach, expect} from '@jest/globals';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Table} from '../../../src/base/mechanisms/table.js';
import {ContactCache, type ContactRow} from '../../../src/complaint/contact/cache.js';
import {ContactFinder} from '../../../src/complaint/contact/live/finder.js';
import {nameServer, type NameServer} from './name-server.js';
import {bootstrapOf, rdapServer, type RdapServer} from './rdap-server.js';

/** The contact zone of the tests. */
export const zone = 'abuse.example.org';

interface Searching {
  registry: RdapServer;
  names: NameServer;
  rows: Table<ContactRow>;
  folder: string;
  readonly finderOf: (
    settings?: Readonly<Partial<Record<'rdapBootstrap' | 'contactZone', string>>>,
  ) => ContactFinder;
}

/** To be called at the top of a test file. */
export function searching(): Searching {
  const finders: ContactFinder[] = [];
  // The rest is set before a test begins.
  const world = {
    finderOf: (settings = {}) => {
      const {registry, names, rows, folder} = world;
      const rdapBootstrap = join(folder, 'bootstrap.json');
      writeFileSync(rdapBootstrap, JSON.stringify(bootstrapOf(registry.base)));
      const standard = {
        rdapBootstrap,
        contactZone: zone,
        stateDir: folder,
        nameServers: [names.address],
      };
      const finder = new ContactFinder({...standard, ...settings}, new ContactCache(rows));
      finders.push(finder);
      return finder;
    },
  } as Searching;
  beforeEach(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'blocksmtp-unit-'));
    const servers = {registry: await rdapServer(), names: await nameServer()};
    Object.assign(world, {...servers, folder, rows: new Table<ContactRow>()});
  });
  afterEach(async () => {
    for (const finder of finders.splice(0)) finder.stop();
    await Promise.all([world.registry.close(), world.names.close()]);
    rmSync(world.folder, {recursive: true});
  });
  return world;
}

/** An answer with these mailboxes. */
export const found = (
  network: string,
  source: string,
  certainty: string,
  ...mailboxes: readonly string[]
) => ({
  ...{kind: 'found', network, foundMs: expect.any(Number)},
  contacts: mailboxes.map((mailbox) => ({mailbox, source, certainty})),
});
