/** What a registry's record names: by the shapes of the five, and by what a stranger may write. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  deepestEntity,
  mostEntities,
  readRdapRecord,
} from '../../../../src/complaint/contact/rdap/record.js';
import {isMailbox} from '../../../../src/complaint/contact/mailbox.js';
import {parseAddress} from '../../../../src/net/address.js';
import {
  afrinic,
  apnic,
  arin,
  card,
  entity,
  lacnic,
  network,
  ripe,
} from '../../../support/contact/registries.js';
import {anyCharacter} from '../../../support/any-text.js';

const read = (record: unknown, address = '192.0.2.7') =>
  readRdapRecord(record, parseAddress(address)!);
const mailboxes = (record: unknown, address?: string): readonly string[] => {
  const read_ = read(record, address);
  return read_.kind === 'record' ? read_.mailboxes : ['none was read'];
};
const around = (...entities: readonly Readonly<Record<string, unknown>>[]) =>
  network('192.0.2.0', '192.0.2.255', entities);

describe('the five registries', () => {
  test.each([
    ['nested', arin, '192.0.2.7', '192.0.2.0/24', ['abuse@example.net']],
    ['beside others', ripe, '198.51.100.7', '198.51.100.0/25', ['abuse@example.org']],
    ['a team', apnic, '203.0.113.7', '203.0.113.0/24', ['IRT@example.com', 'abuse@example.com']],
    ['placeholders', lacnic, '192.0.2.130', '192.0.2.128/26', []],
    ['no abuse role', afrinic, '2001:db8::7', '2001:db8::/32', []],
  ])('%s', (_, record, address, text, expected) => {
    expect(read(record, address)).toMatchObject({
      ...{kind: 'record', network: {text}, mailboxes: expected},
    });
  });
});

test('the contact nearest to the network comes first', () => {
  const inner = entity(['registrant'], {
    entities: [entity(['abuse'], {vcardArray: card('in@example.net')})],
  });
  expect(
    mailboxes(around(inner, entity(['abuse'], {vcardArray: card('out@example.net')}))),
  ).toEqual([...['out@example.net', 'in@example.net']]);
});

test('roles are read in any letters, and a mailto: is no part of a mailbox', () => {
  const vcardArray = ['vcard', [['EMAIL', {}, 'uri', 'mailto:abuse@example.net', 'b@example.net']]];
  expect(mailboxes(around(entity(['Technical', 'ABUSE'], {vcardArray})))).toEqual([
    ...['abuse@example.net', 'b@example.net'],
  ]);
});

test('never more than three, and none that is no mailbox', () => {
  const bad = [
    'a@example.net\r\nBcc: b@example.org',
    '"x"@example.net',
    7,
    null,
    ['c@example.net'],
    {},
  ];
  const good = ['1@example.net', '2@example.net', '3@example.net', '4@example.net'];
  expect(mailboxes(around(entity(['abuse'], {vcardArray: card(...bad, ...good)})))).toEqual(
    good.slice(0, 3),
  );
});

const nested = (depth: number): Readonly<Record<string, unknown>> =>
  depth === 1
    ? entity(['abuse'], {vcardArray: card('deep@example.net')})
    : entity(['registrant'], {entities: [nested(depth - 1)]});

test('entities in entities are looked at to a bound', () => {
  expect(mailboxes(around(nested(deepestEntity)))).toEqual(['deep@example.net']);
  expect(mailboxes(around(nested(deepestEntity + 1)))).toEqual([]);
});

test('and so many of them', () => {
  const filler = Array.from({length: mostEntities}, () => entity(['technical']));
  const desk = entity(['abuse'], {vcardArray: card('last@example.net')});
  expect(mailboxes(around(...filler.slice(1), desk))).toEqual(['last@example.net']);
  expect(mailboxes(around(...filler, desk))).toEqual([]);
});

describe('is no record', () => {
  test.each([
    ['no object', ['a', 7, null, undefined, [], 'text']],
    ['of another network', [ripe, network('0.0.0.0', '255.255.255.255', []), {}]],
  ])('%s', (_, records) => {
    for (const record of records) expect(read(record).kind).toBe('wrong');
  });
});

const leaf = fc.oneof(
  fc.string({unit: anyCharacter}),
  fc.emailAddress(),
  fc.constantFrom('abuse', 'vcard', 'email', null, 7),
);
const key = fc.constantFrom('entities', 'roles', 'vcardArray', 'startAddress', '__proto__', 'x');
const {value: anything} = fc.letrec<{value: unknown}>((tie) => ({
  value: fc.oneof(
    {depthSize: 'medium'},
    leaf,
    fc.array(tie('value'), {maxLength: 4}),
    fc.dictionary(key, tie('value'), {maxKeys: 4}),
  ),
}));

test('whatever comes, each mailbox has the strict form, and there are at most three', () => {
  const range = {startAddress: '192.0.2.0', endAddress: '192.0.2.255'};
  fc.assert(
    fc.property(
      fc.array(anything, {maxLength: 5}),
      fc.array(leaf, {maxLength: 6}),
      (entities, texts) => {
        const desk = entity(['abuse'], {vcardArray: card(...texts)});
        const found = read({...range, entities: [desk, ...entities]});
        if (found.kind !== 'record') throw new Error('it is a record');
        expect(found.mailboxes.length).toBeLessThanOrEqual(3);
        expect(found.mailboxes.filter((each) => !isMailbox(each))).toEqual([]);
      },
    ),
  );
});
