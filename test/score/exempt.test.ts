import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {hostNetwork} from '../../src/net/network.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import {Exemptions, exemptionText} from '../../src/score/exempt.js';
import {address, addresses, network, networkTexts} from '../net/samples.js';

const list = parseWhitelist(
  'wl',
  '# ours\n192.0.2.0/24\n192.0.2.128/25 # branch\n2001:db8:25::/48',
);
const exemptions = new Exemptions(list, address('198.51.100.25'), [
  address('203.0.113.1'),
  address('2001:db8:1::1'),
]);

const textOf = (asked: string): string | undefined => {
  const found = exemptions.of(address(asked));
  return found && exemptionText(found);
};

describe('Exemptions.of', () => {
  test.each([
    ['192.0.2.7', 'whitelisted by wl:2: 192.0.2.0/24'],
    ['192.0.2.200', 'whitelisted by wl:3: 192.0.2.128/25'],
    ['::ffff:192.0.2.7', 'whitelisted by wl:2: 192.0.2.0/24'],
    ['2001:db8:25::7', 'whitelisted by wl:4: 2001:db8:25::/48'],
    ['198.51.100.25', 'the mailer itself (mailer_ip)'],
    ['203.0.113.1', 'an address of this machine'],
    ['2001:db8:1::1', 'an address of this machine'],
    ['127.0.0.1', 'in 127.0.0.0/8, which is no client’s'],
    ['127.255.255.254', 'in 127.0.0.0/8, which is no client’s'],
    ['::1', 'in ::1, which is no client’s'],
    ['::', 'in ::, which is no client’s'],
    ['0.0.0.0', 'in 0.0.0.0/8, which is no client’s'],
    ['224.0.0.1', 'in 224.0.0.0/3, which is no client’s'],
    ['255.255.255.255', 'in 224.0.0.0/3, which is no client’s'],
    ['ff02::1', 'in ff00::/8, which is no client’s'],
  ])('%s: %s', (asked, expected) => {
    expect(textOf(asked)).toBe(expected.replace('’', "'"));
  });

  test.each([
    '203.0.113.7',
    '192.0.3.0',
    '2001:db8:26::7',
    'fe80::1',
    '::c000:207',
    '2001:db8:1::2',
  ])('%s can be blocked', (asked) => {
    expect(textOf(asked)).toBeUndefined();
  });

  test('a trusted relay is exempt by its most specific entry, whatever else the list has', () => {
    const relays = ['2001:db8:7::/48', '198.51.100.0/24', '198.51.100.64/26'].map(network);
    const trusting = new Exemptions(list, undefined, [], relays);
    const why = (asked: string) => {
      const found = trusting.of(address(asked));
      return found && exemptionText(found);
    };
    expect(why('198.51.100.70')).toBe('a trusted relay (trusted_relays: 198.51.100.64/26)');
    expect(why('2001:db8:7::1')).toBe('a trusted relay (trusted_relays: 2001:db8:7::/48)');
    expect(why('192.0.2.7')).toContain('whitelisted');
    expect(why('198.51.101.1')).toBeUndefined();
  });

  test('names the administrator’s own entry of two reasons', () => {
    const own = parseWhitelist('wl', '127.0.0.0/8\n203.0.113.1');
    const both = new Exemptions(own, address('203.0.113.1'), [address('203.0.113.1')]);
    for (const asked of ['127.0.0.1', '203.0.113.1']) {
      expect(both.of(address(asked))?.kind).toBe('whitelist');
    }
  });

  test('without whitelist and mailer the machine and the reserved are exempt all the same', () => {
    const none = new Exemptions(parseWhitelist('wl', ''), undefined, [address('203.0.113.1')]);
    const kinds = ['127.0.0.1', '203.0.113.1', '203.0.113.7'].map((a) => none.of(address(a))?.kind);
    expect(kinds).toEqual(['reserved', 'local', undefined]);
  });
});

describe('Exemptions.ofNetwork', () => {
  test.each([
    // One exempt address in it is enough: the block would drop it too.
    ['192.0.0.0/16', 'wl:2'],
    ['198.51.0.0/16', 'mailer'],
    ['203.0.113.0/30', 'local'],
    ['::/32', 'reserved'],
    ['2001:db8::/32', 'wl:4'],
  ])('%s overlaps %s', (text, expected) => {
    const asked = network(text);
    const found = exemptions.ofNetwork(asked);
    expect(found?.kind === 'whitelist' ? found.entry.slice(0, 4) : found?.kind).toBe(expected);
  });

  test('a network inside which a trusted relay lies is exempt as a whole', () => {
    const relay = new Exemptions(parseWhitelist('wl', ''), undefined, [], [network('192.0.2.25')]);
    expect(relay.ofNetwork(network('192.0.2.0/24'))).toEqual({
      kind: 'trustedRelay',
      entry: '192.0.2.25',
    });
    expect(relay.ofNetwork(network('192.0.3.0/24'))).toBeUndefined();
  });

  test('of is ofNetwork of the single host', () => {
    fc.assert(
      fc.property(fc.array(networkTexts, {maxLength: 5}), addresses, (texts, asked) => {
        const some = parseWhitelist('wl', texts.map(({text}) => text).join('\n'));
        const set = new Exemptions(some, undefined, []);
        expect(set.of(asked)).toEqual(set.ofNetwork(hostNetwork(asked)));
      }),
    );
  });
});

describe('Exemptions.within', () => {
  test.each([
    ['198.51.100.0/24', ['198.51.100.25']],
    ['203.0.0.0/16', ['203.0.113.1']],
    ['192.0.0.0/16', ['192.0.2.0/24', '192.0.2.128/25']],
    ['192.0.2.128/26', ['192.0.2.128/26']],
    ['192.0.2.7', ['192.0.2.7']],
    ['2001:db8::/32', ['2001:db8:25::/48', '2001:db8:1::1']],
    ['198.51.101.0/24', []],
  ])('%s: %j', (asked, expected) => {
    expect(exemptions.within(network(asked)).map(({text}) => text)).toEqual(expected);
  });

  test('is empty just where nothing is exempt, and overlaps what it is asked about', () => {
    fc.assert(
      fc.property(networkTexts, ({text}) => {
        const asked = network(text);
        const inside = exemptions.within(asked);
        expect(inside.length > 0).toBe(exemptions.ofNetwork(asked) !== undefined);
        for (const each of inside) {
          expect(asked.first <= each.first && each.last <= asked.last).toBe(true);
        }
      }),
    );
  });
});
