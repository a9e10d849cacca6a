import {expect, test} from '@jest/globals';
import {SenderCounts} from '../../src/queue/count.js';
import {message, ofClient, ofLocal, relayed} from './samples.js';

test('the sender with the most recipients stands on top', () => {
  const counts = new SenderCounts();
  for (const text of [ofLocal, ofClient, relayed, ofClient]) counts.add(message(text));
  counts.add(message(ofLocal, {state: 'held'}));
  expect(
    counts.worstFirst.map(({whose, messages, recipients, held, byHeader}) => ({
      kind: whose.kind,
      messages,
      recipients,
      held,
      byHeader,
    })),
  ).toEqual([
    {kind: 'host', messages: 2, recipients: 4, held: 0, byHeader: 0},
    {kind: 'uid', messages: 2, recipients: 2, held: 1, byHeader: 0},
    {kind: 'uid', messages: 1, recipients: 2, held: 0, byHeader: 1},
  ]);
});

test('senders beyond the bound are one number', () => {
  const counts = new SenderCounts();
  for (let i = 0; i < 10_003; i++) counts.add(message(ofLocal, {bodyOwner: i}));
  expect(counts.worstFirst).toHaveLength(10_000);
  expect(counts.others).toBe(3);
});
