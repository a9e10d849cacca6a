/** Words that would be left unread are refused. */
import {expect, test} from '@jest/globals';
import {complaintCommands} from '../../../src/cli/rows/complaint-commands.js';

const [complain, complaints] = complaintCommands;

test.each([
  [complain, ['message', 'a'], {send: true}, '--send'],
  [complain, ['maildir', '/m'], {network: '203.0.113.0/24'}, '--network'],
  [complain, [], {move: true}, '--move'],
  [complaints, ['forget', 'a@example.net', 'b@example.net'], {}, '2 operands'],
] as const)('%#', (row, operands, options, said) => {
  expect(row?.wrongIn?.([...operands], options).join('\n')).toContain(said);
});

test('correct words are taken', () => {
  expect(complain?.wrongIn?.([], {send: true, yes: true})).toEqual([]);
  expect(complaints?.wrongIn?.(['forget', 'a@example.net'], {})).toEqual([]);
});
