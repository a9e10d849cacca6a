import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {problemText} from '../../src/base/problem.js';
import {contains} from '../../src/net/network.js';
import {coveringEntry, mostWhitelistEntries, parseWhitelist} from '../../src/net/whitelist.js';
import {address, addresses, network, networkTexts} from './samples.js';
import {anyCharacter} from '../support/any-text.js';

const file = '/etc/blocksmtp.whitelist';
const read = (...lines: string[]) => parseWhitelist(file, lines.join('\n'));
const networksOf = (list: ReturnType<typeof read>) => list.entries.map((e) => e.network.text);

describe('parseWhitelist: the old format', () => {
  test.each([
    ['host bits', ['10.10.10.10/24'], ['10.10.10.0/24']],
    ['a single address', ['192.0.2.7'], ['192.0.2.7']],
    ['IPv6', ['2001:db8:25::25/48', '2001:DB8::7'], ['2001:db8:25::/48', '2001:db8::7']],
    ['# in column 0', ['#192.0.2.7', '# a comment', '#', '192.0.2.8'], ['192.0.2.8']],
    [
      'a comment after the network',
      ['192.0.2.7 # our relay', '192.0.2.8\t#x'],
      ['192.0.2.7', '192.0.2.8'],
    ],
    ['an indented comment', ['  # 192.0.2.7'], []],
    ['empty lines', ['', '   ', '\t', '192.0.2.7', ''], ['192.0.2.7']],
    ['CRLF', ['192.0.2.7\r', '#x\r', '\r', '198.51.100.0/24\r'], ['192.0.2.7', '198.51.100.0/24']],
    ['spaces around', ['  192.0.2.7  ', '\t198.51.100.9/31\t'], ['192.0.2.7', '198.51.100.8/31']],
    ['a byte order mark', ['\ufeff192.0.2.7'], ['192.0.2.7']],
    ['v4-mapped', ['::ffff:192.0.2.7'], ['192.0.2.7']],
    ['the same twice', ['192.0.2.7', '192.0.2.7'], ['192.0.2.7', '192.0.2.7']],
    ['nothing', [], []],
  ])('%s', (_, lines, expected) => {
    expect(networksOf(read(...lines))).toEqual(expected);
    expect(read(...lines).problems).toEqual([]);
  });

  test('an entry keeps what was written, and where', () => {
    const {entries} = read('# ours', '', ' 10.10.10.10/24 # head office');
    expect(entries).toEqual([{network: network('10.10.10.0/24'), text: '10.10.10.10/24', line: 3}]);
  });
});

describe('parseWhitelist: bad lines', () => {
  const bad = [
    '0.0.0.0/0',
    '::/0',
    '192.0.2.256',
    '192.0.2.0/33',
    '010.0.0.0/8',
    'relay.example.net',
    '192.0.2.7,192.0.2.8',
    '192.0.2.7 192.0.2.8',
    '192.0.2.7#no space',
    '10.10.10.',
  ];

  test.each(bad)('%s is a problem with file, line and text', (line) => {
    const list = read('192.0.2.1', line, '192.0.2.2');
    expect(networksOf(list)).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(list.problems.map(problemText)).toEqual([
      `${file}:2: "${line}": expected an address or a network such as 192.0.2.0/24 or 2001:db8::/32 (never /0)`,
    ]);
  });

  test('a comment without its # is named as one', () => {
    expect(read('192.0.2.7 our partner').problems.map(problemText)).toEqual([
      expect.stringMatching(/ \(never \/0\); a comment behind it begins with #$/),
    ]);
  });

  test('every one of them is reported, and none costs a good one', () => {
    const good = ['192.0.2.7', '2001:db8::/32', '198.51.100.0/24'];
    fc.assert(
      fc.property(fc.shuffledSubarray([...bad, ...good]), (lines) => {
        const list = read(...lines);
        expect(networksOf(list)).toEqual(lines.filter((line) => good.includes(line)));
        expect(list.problems.map(({where}) => where)).toEqual(
          lines.flatMap((line, i) => (bad.includes(line) ? [`${file}:${i + 1}`] : [])),
        );
      }),
    );
  });

  test('a quotation is printable and short, whatever the line holds', () => {
    const {problems} = read(`\x1b[31m${'x'.repeat(1_000_000)}`);
    expect(problems[0]?.what).toMatch(/^"\\u001b\[31mx{75}"$/);
  });

  test('a file that is no whitelist at all gives problems and no entry', () => {
    fc.assert(
      fc.property(fc.string({unit: anyCharacter, maxLength: 200}), (text) => {
        const list = parseWhitelist(file, text);
        for (const {network: one} of list.entries) expect(one.prefix).toBeGreaterThan(0);
        expect(list.entries.length + list.problems.length).toBeLessThanOrEqual(
          text.split('\n').length,
        );
      }),
    );
  });
});

describe('mostWhitelistEntries', () => {
  const full = '192.0.2.7\n'.repeat(mostWhitelistEntries);

  test('is 100,000', () => {
    expect(mostWhitelistEntries).toBe(100_000);
  });

  test('so many count without a problem', () => {
    const list = parseWhitelist(file, full);
    expect([list.entries.length, list.problems.length]).toEqual([mostWhitelistEntries, 0]);
  });

  test('entries beyond it are reported once, and the first ones stay', () => {
    const list = parseWhitelist(file, `${full}198.51.100.1\n198.51.100.2\n`);
    expect(list.entries).toHaveLength(mostWhitelistEntries);
    expect(list.problems.map(problemText)).toEqual([
      `${file}:100001: too many entries: expected at most 100000`,
    ]);
  });
});

describe('coveringEntry', () => {
  const list = read(
    '192.0.2.0/24',
    '192.0.2.0/28',
    '192.0.2.7 # first',
    '192.0.2.7/32',
    '2001:db8::/32',
  );

  test.each([
    ['192.0.2.7', 3],
    ['192.0.2.8', 2],
    ['192.0.2.200', 1],
    ['2001:db8::7', 5],
    ['::ffff:192.0.2.7', 3],
  ])('%s is covered by line %i: the most specific, of equals the first', (text, line) => {
    expect(coveringEntry(list, address(text))?.line).toBe(line);
  });

  test.each(['192.0.3.0', '2001:db9::', '32.1.13.184'])('nothing covers %s', (text) => {
    expect(coveringEntry(list, address(text))).toBeUndefined();
  });

  test('finds an entry exactly when one contains the address', () => {
    fc.assert(
      fc.property(fc.array(networkTexts, {maxLength: 10}), addresses, (texts, asked) => {
        const some = read(...texts.map(({text}) => text));
        const covering = some.entries.filter((each) => contains(each.network, asked));
        const found = coveringEntry(some, asked);
        expect(found !== undefined).toBe(covering.length > 0);
        if (found === undefined) return;
        const longest = Math.max(...covering.map((each) => each.network.prefix));
        expect(found).toBe(covering.find((each) => each.network.prefix === longest));
      }),
    );
  });
});
