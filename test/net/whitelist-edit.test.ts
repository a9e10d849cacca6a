/** An edit of the whitelist changes one entry and no other byte. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {networkOf} from '../../src/net/network.js';
import {allowIn, disallowIn, mostCommentCharacters} from '../../src/net/whitelist-edit.js';
import {mostWhitelistEntries, parseWhitelist} from '../../src/net/whitelist.js';

const listed = '# partners\n192.0.2.0/24 # example.com\n\n2001:db8::7\n';

describe('allow', () => {
  test.each([
    ['198.51.100.7', '', `${listed}198.51.100.7\n`],
    ['198.51.100.7', 'a friend', `${listed}198.51.100.7 # a friend\n`],
    ['2001:db8::/32', '', `${listed}2001:db8::/32\n`],
  ])('%s with comment "%s" stands at the end', (network, comment, text) => {
    expect(allowIn(listed, networkOf(network), comment)).toEqual({kind: 'changed', text});
  });

  test('a network that is covered already changes nothing', () => {
    const by = expect.objectContaining({line: 2, text: '192.0.2.0/24'});
    for (const network of ['192.0.2.0/24', '192.0.2.9', '192.0.2.128/25']) {
      expect(allowIn(listed, networkOf(network), '')).toEqual({kind: 'unchanged', by});
    }
  });

  test.each([
    ['', '198.51.100.7\n'],
    ['192.0.2.1', '192.0.2.1\n198.51.100.7\n'],
    ['192.0.2.1\r\n', '192.0.2.1\r\n198.51.100.7\r\n'],
    ['a bad line', 'a bad line\n198.51.100.7\n'],
  ])('behind %j', (before, text) => {
    expect(allowIn(before, networkOf('198.51.100.7'), '')).toEqual({kind: 'changed', text});
  });

  test('a full list takes no more', () => {
    const full = '192.0.2.1\n'.repeat(mostWhitelistEntries);
    expect(allowIn(full, networkOf('198.51.100.7'), '')).toMatchObject({kind: 'refused'});
    expect(mostCommentCharacters).toBe(200);
  });
});

describe('disallow', () => {
  test('takes just this network out, wherever it stands, with its comment', () => {
    const twice = `${listed}192.0.2.7/24`;
    expect(disallowIn(twice, networkOf('192.0.2.0/24'))).toEqual({
      kind: 'changed',
      text: '# partners\n\n2001:db8::7\n',
    });
  });

  test('a larger entry stays, and is named', () => {
    const by = expect.objectContaining({line: 2});
    expect(disallowIn(listed, networkOf('192.0.2.9'))).toEqual({kind: 'unchanged', by});
    expect(disallowIn(listed, networkOf('203.0.113.9'))).toEqual({
      kind: 'unchanged',
      by: undefined,
    });
  });
});

test('whatever the file holds, an edit and its opposite leave it as it was', () => {
  const line = fc.oneof(
    fc.constantFrom('', '# comment', '192.0.2.0/24', '198.51.100.1 # x', 'no network', '\xff\r'),
    fc.string({maxLength: 30}).map((text) => text.replaceAll('\n', '')),
  );
  fc.assert(
    fc.property(fc.array(line, {maxLength: 20}), (lines) => {
      const before = lines.map((each) => `${each}\n`).join('');
      const network = networkOf('203.0.113.77');
      const added = allowIn(before, network, 'x');
      if (added.kind !== 'changed') return;
      expect(parseWhitelist('', added.text).entries).toHaveLength(
        parseWhitelist('', before).entries.length + 1,
      );
      expect(disallowIn(added.text, network)).toEqual({kind: 'changed', text: before});
    }),
  );
});
