/** A sample sighting; a test overrides the fields that it needs. */
import {parseAddress} from '../../src/net/address.js';
import type {Connection} from '../../src/outgoing/connection.js';
import type {Owner, Sighting} from '../../src/outgoing/owner.js';

export const connection: Connection = {
  network: 'net:[4026531840]',
  local: parseAddress('192.0.2.1')!,
  localPort: 40_000,
  remote: parseAddress('203.0.113.9')!,
  remotePort: 25,
  uid: 33,
  inode: '4242',
  phase: 'open',
};

export const owner: Owner = {
  pid: 4711,
  startTicks: 1234,
  startedMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  uid: 33,
  user: 'www-data',
  executable: '/usr/bin/perl',
  command: 'perl',
  commandLine: ['perl', '/tmp/x.pl', '--to=everybody'],
  directory: '/tmp',
  script: '/tmp/x.pl',
  parents: [
    {pid: 4700, startTicks: 1200, program: '/usr/sbin/apache2'},
    {pid: 1, startTicks: 1, program: '/usr/lib/systemd/systemd'},
  ],
  home: {kind: 'unit', name: 'apache2.service'},
};

/** A sighting whose process is not known at all. */
export const bareSighting: Sighting = {
  atMs: Date.UTC(2026, 0, 2, 3, 4, 6),
  connection,
  sureness: 'user',
};

export const sightingOf = (
  changed: Partial<Owner> = {},
  sureness: Sighting['sureness'] = 'certain',
): Sighting => ({
  ...bareSighting,
  sureness,
  owner: {...owner, ...changed},
});

export const startMs = Date.UTC(2026, 10, 21, 12);

export const connectionTo = (remote: string, changed: Partial<Connection> = {}): Connection => ({
  ...connection,
  remote: parseAddress(remote)!,
  ...changed,
});

export const seenTo = (remote: string, changed: Partial<Owner> = {}, atMs = startMs): Sighting => ({
  ...sightingOf(changed),
  atMs,
  connection: connectionTo(remote),
});
