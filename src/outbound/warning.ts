/** STUB: comes from the warnings' branch. */
import {endpointText} from './connection.js';
import type {Home, Sighting} from './owner.js';

export interface Warning {
  readonly sighting: Sighting;
  readonly remoteName?: string;
  readonly times: number;
}

export const homeText = (home: Home): string =>
  home.kind === 'none' ? '' : home.kind === 'container' ? `container ${home.name}` : home.name;

export const sightingJson = (sighting: Sighting, remoteName?: string): object => ({
  ...sighting,
  connection: {
    remote: endpointText(sighting.connection.remote, sighting.connection.remotePort),
    network: sighting.connection.network,
  },
  remoteName,
});
