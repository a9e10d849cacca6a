/** The registrable domain of a name. */
import {expect, test} from '@jest/globals';
import {registrableDomain} from '../../../src/sys/contact/registrable.js';

test.each([
  ['a.b.example.net', 'example.net'],
  ['example.co.uk', 'example.co.uk'],
  ['host.example.co.uk', 'example.co.uk'],
  // A company that lends names is the one to write to.
  ['customer.github.io', 'github.io'],
  ['co.uk', undefined],
  ['net', undefined],
  ['', undefined],
  ['192.0.2.7', undefined],
  ['host.local', undefined],
  ['x.nosuchtopleveldomain', undefined],
])('of %s: %s', async (name, expected) => expect(await registrableDomain(name)).toBe(expected));
