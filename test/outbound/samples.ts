/** Sightings for tests. */
import {parseAddress} from '../../src/net/address.js';
import type {Connection} from '../../src/outbound/connection.js';
import type {Owner, Sighting} from '../../src/outbound/owner.js';

export const startMs = Date.UTC(2026, 10, 21, 12);

export function connectionTo(remote: string, changed: Partial<Connection> = {}): Connection {
  return {
    network: 'net:[4026531840]',
    local: parseAddress('192.0.2.1')!,
    localPort: 54_321,
    remote: parseAddress(remote)!,
    remotePort: 25,
    uid: 33,
    inode: '4711',
    phase: 'open',
    ...changed,
  };
}

export const perl: Owner = {
  pid: 815,
  startTicks: 1000,
  startedMs: startMs,
  uid: 33,
  user: 'www-data',
  executable: '/usr/bin/perl',
  command: 'perl',
  commandLine: ['perl', '/srv/www/x.pl'],
  directory: '/srv/www',
  script: '/srv/www/x.pl',
  parents: [{pid: 700, startTicks: 500, program: '/usr/sbin/apache2'}],
  home: {kind: 'unit', name: 'apache2.service'},
};

export const seenTo = (remote: string, owner: Partial<Owner> = {}, atMs = startMs): Sighting => ({
  atMs,
  connection: connectionTo(remote),
  sureness: 'certain',
  owner: {...perl, ...owner},
});
