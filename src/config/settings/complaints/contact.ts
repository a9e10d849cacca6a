/** Where blocksmtp looks for the abuse contact of an address. */
import {text} from '../../kinds/scalars.js';
import {setting} from '../setting.js';

/**
 * A folder of IANA's files ends in `/`; anything else is one file with the prefixes of both
 * families.
 */
const bootstrap = /^(?:https:\/\/[A-Za-z0-9.:[\]-]{1,260}\/[^\s\0?#@]{0,1000}|\/[^\0\n]{0,4095})?$/;

const zoneName =
  /^(?=.{0,150}$)(?:(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9]))?$/;

export const contact = {
  rdapBootstrap: setting(
    text(bootstrap, 'an address that begins with https://, or a path that begins with /', 'PLACE'),
    'https://data.iana.org/rdap/',
    'Where to find the files that name the registry for each address (RFC 9224). A path or URL with a / at its end is a folder with ipv4.json and ipv6.json; any other is one file for both; empty: ask no registry.',
  ),
  contactZone: setting(
    text(zoneName, 'a domain', 'DOMAIN'),
    'abuse-contacts.abusix.zone',
    'The DNS zone to ask for the abuse contact of an address if its registry names none; empty: ask none.',
  ),
} as const;
