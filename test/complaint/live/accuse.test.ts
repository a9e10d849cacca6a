/** A message that a command accuses: accepted only if a complaint about it can go out. */
import {expect, test} from '@jest/globals';
import {ComplaintWorker} from '../../../src/complaint/live/worker.js';
import {markDead, never} from '../../../src/complaint/spool/left-out.js';
import type {Accusation} from '../../../src/complaint/spool/accusation.js';
import {holderOf, rig, startMs} from '../support.js';

const about: Accusation = {
  ...{kind: 'message', network: '', client: '203.0.113.7', queueId: '6ATL00000001'},
  ...{takenMs: startMs, found: {kind: 'person'}, header: 'Subject: x'},
};

test('is taken once, and the same one again is no second complaint', async () => {
  const {parts} = rig({complaints: 'ask'});
  const worker = new ComplaintWorker(parts);
  expect(await worker.accuse(about)).toMatchObject({kind: 'entered'});
  expect(await worker.accuse(about)).toMatchObject({kind: 'entered'});
  expect(parts.tables.complaints.size).toBe(1);
});

test('is refused in a preview, so the message stays where it is', async () => {
  const {parts} = rig({complaints: 'preview'});
  const accused = await new ComplaintWorker(parts).accuse(about);
  expect(accused).toMatchObject({kind: 'refused', text: expect.stringContaining('"preview"')});
  expect(parts.tables.complaints.size).toBe(0);
});

test('is refused if its client is left out while the contact is looked up', async () => {
  const {parts} = rig(
    {},
    {
      findContact: (address) => {
        never(parts.tables.complaintLeftOut, '203.0.113.0/24', startMs);
        return Promise.resolve(holderOf(address.text));
      },
    },
  );
  const accused = await new ComplaintWorker(parts).accuse(about);
  expect(accused).toMatchObject({kind: 'refused', text: expect.stringContaining('left out')});
  expect(parts.tables.complaints.size).toBe(0);
});

test('is refused where each mailbox is dead', async () => {
  const {parts} = rig();
  markDead(parts.tables.complaintLeftOut, 'abuse@203-0-0-0-16.example.net', '5.1.1', startMs);
  const accused = await new ComplaintWorker(parts).accuse(about);
  expect(accused).toMatchObject({
    kind: 'refused',
    text: expect.stringMatching(/^there is no contact to complain to: /),
  });
  expect(parts.tables.complaints.size).toBe(0);
});
