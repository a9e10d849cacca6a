/** A listing that is JSON and yet none of nft's is unreadable, and nothing is thrown. */
import {describe, expect, test} from '@jest/globals';
import {listedIn} from '../../src/firewall/nft.js';

const listing = (...items: readonly unknown[]): string =>
  JSON.stringify({nftables: [{table: {name: 'x'}}, ...items]}).replace(':[', ': [');
const set = (value: object): object => ({set: {name: 'hosts', ...value}});

describe('listedIn()', () => {
  test.each<readonly unknown[]>([
    [],
    [{metainfo: null}, {element: 5}, {rule: {chain: 'input', expr: null}}],
    [set({}), set({flags: 'timeout'}), set({flags: ['timeout'], elem: []})],
    [set({elem: ['192.0.2.7', 25, {prefix: {addr: '192.0.2.0', len: 24}}, {range: ['a', 'b']}]})],
    [set({elem: [{elem: {val: {concat: ['192.0.2.1', 5]}, expires: 3599}}]})],
  ])('reads %j', (...items) => {
    expect(listedIn(listing(...items)).kind).toBe('listed');
  });

  test.each<unknown>([
    null,
    7,
    [],
    {table: null},
    {table: {flags: 7}},
    {set: null},
    {set: []},
    {set: {}},
    {chain: null},
    {rule: null},
    {rule: {}},
    set({flags: [[]]}),
    set({elem: null}),
    set({elem: {length: 1e9}}),
    set({elem: [null]}),
    set({elem: [{elem: null}]}),
    set({elem: [{elem: {}}]}),
    set({elem: [{elem: {val: null}}]}),
    set({elem: [{elem: {val: '192.0.2.7', expires: 'x'}}]}),
    set({elem: [{prefix: null}]}),
    set({elem: [{prefix: {addr: 5, len: '24'}}]}),
  ])('does not read %j', (item) => {
    expect(listedIn(listing(item))).toEqual({
      kind: 'unreadable',
      why: 'nft: the listing has not the form that nft gives it',
    });
  });
});
