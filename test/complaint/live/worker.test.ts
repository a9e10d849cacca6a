/** The whole way of complaints, with a mailer that notes: bounds, delays, modes, crashes, clocks. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Table} from '../../../src/base/mechanisms/table.js';
import type {ComplaintParts} from '../../../src/complaint/live/parts.js';
import {ComplaintWorker} from '../../../src/complaint/live/worker.js';
import {allowSending, previewDays} from '../../../src/complaint/spool/book.js';
import {mostAttackers} from '../../../src/complaint/spool/complaint.js';
import {markDead, never} from '../../../src/complaint/spool/left-out.js';
import type {ComplaintTables} from '../../../src/complaint/spool/tables.js';
import {dayMs, emptyTables, holderOf, type Rig, rig, startMs} from '../support.js';

const later = 31 * 60_000;

function block(worker: ComplaintWorker, address: string, nowMs: number, times = 2): void {
  const when = {nowMs, firstMs: nowMs - 60_000, lastMs: nowMs};
  const counts = {unknownNames: 10, wrongPasswords: 0};
  for (let time = 0; time < times; time++)
    worker.blocked({client: address, address, ...when, ...counts, names: ['alice@example.org']});
}

function begin(made: Rig): ComplaintWorker {
  const worker = new ComplaintWorker(made.parts);
  allowSending(made.parts.tables.complaintBook);
  return worker;
}

const stepsOf = ({parts}: Rig): string[] =>
  [...parts.tables.complaints.values()].map(({step}) => step.kind);

describe('when', () => {
  test('the second block, and not before the delay is over', async () => {
    const made = rig();
    const worker = begin(made);
    block(worker, '203.0.113.7', startMs);
    await worker.look();
    expect(made.mails).toEqual([]);
    made.nowMs += later;
    await worker.look();
    expect(made.mails.map(({recipient}) => recipient)).toEqual(['abuse@203-0-0-0-16.example.net']);
    expect(made.mails[0]?.text).toContain('203.0.113.7');
    expect(JSON.stringify(made.mails)).not.toContain('alice');
    expect(stepsOf(made)).toEqual(['handed']);
  });

  test('a first block only with two more of its network', async () => {
    const made = rig();
    const worker = begin(made);
    block(worker, '203.0.113.7', startMs, 1);
    block(worker, '203.0.113.8', startMs, 1);
    made.nowMs += later;
    await worker.look();
    expect(made.mails).toEqual([]);
    block(worker, '203.0.113.9', startMs, 1);
    await worker.look();
    expect(made.mails[0]?.text).toMatch(/3 addresses/);
  });

  test('a block that was lifted by hand withdraws it, also one that waits already', async () => {
    const made = rig({complaints: 'ask'});
    const worker = begin(made);
    block(worker, '203.0.113.7', startMs);
    made.nowMs += later;
    await worker.look();
    expect(stepsOf(made)).toEqual(['composed']);
    worker.lifted('203.0.113.7');
    await worker.look();
    expect(stepsOf(made)).toEqual(['withdrawn']);
  });

  test('to a mailbox that bounced since nothing goes', async () => {
    const made = rig({complaints: 'ask'});
    const {complaints, complaintLeftOut} = made.parts.tables;
    const worker = begin(made);
    block(worker, '203.0.113.7', startMs);
    made.nowMs += later;
    await worker.look();
    const [row] = complaints.values();
    markDead(complaintLeftOut, row!.contact!.mailbox, 'no such user', made.nowMs);
    complaints.replace(row!.id, {...row!, step: {kind: 'composed', go: 'yes'}});
    await worker.look();
    expect(made.mails).toEqual([]);
    expect(stepsOf(made)).toEqual(['held']);
  });

  test('a small network that is left out silences nobody beside it', async () => {
    const made = rig();
    const worker = begin(made);
    never(made.parts.tables.complaintLeftOut, '203.0.0.0/30', startMs);
    block(worker, '203.0.113.7', startMs);
    block(worker, '203.0.0.1', startMs);
    made.nowMs += later;
    await worker.look();
    expect(made.mails[0]?.text).toMatch(/203\.0\.113\.7/);
    expect(made.mails[0]?.text).not.toMatch(/203\.0\.0\.1\b/);
  });

  test('a network that is left out while its contact is looked up, or later, is not accused', async () => {
    const [first, second] = ['203.0.113.7', '198.51.100.7'];
    const leftOut: ComplaintTables['complaintLeftOut'] = new Table();
    const made = rig(
      {},
      {
        tables: {...emptyTables(), complaintLeftOut: leftOut},
        findContact: (address) => {
          never(leftOut, `${first}/32`, startMs);
          return Promise.resolve(holderOf(address.text));
        },
      },
    );
    // No letter goes before it was shown on 7 days.
    const worker = new ComplaintWorker(made.parts);
    block(worker, first, startMs);
    block(worker, second, startMs);
    made.nowMs += later;
    await worker.look();
    expect(made.mails).toEqual([]);
    expect([...made.parts.tables.complaints.values()].map(({network}) => network)).toEqual([
      '198.51.0.0/16',
    ]);
    never(leftOut, second, startMs);
    allowSending(made.parts.tables.complaintBook);
    await worker.look();
    expect([made.mails, stepsOf(made)]).toEqual([[], ['withdrawn']]);
  });

  test('once a day for a network, and an address once in 7 days, over the end of a year', async () => {
    const made = rig();
    const worker = begin(made);
    const days: number[] = [];
    for (let day = 0; day < 16; day++) {
      made.nowMs = startMs + day * dayMs + later;
      block(worker, '203.0.113.7', made.nowMs - later);
      const before = made.mails.length;
      for (let look = 0; look < 3; look++) await worker.look();
      if (made.mails.length > before) days.push(day);
    }
    expect(days).toEqual([0, 7, 14]);
    block(worker, '203.0.113.99', made.nowMs - later);
    await worker.look();
    expect(made.mails).toHaveLength(4);
  });

  test('nobody while blocking is stopped, and no client that must not be named', async () => {
    for (const more of [{brake: () => 'on'}, {mayName: () => 'no'}] as Partial<ComplaintParts>[]) {
      const made = rig({}, more);
      const worker = begin(made);
      block(worker, '203.0.113.7', startMs);
      made.nowMs += later;
      await worker.look();
      expect(made.mails).toEqual([]);
    }
  });
});

describe('how much', () => {
  test('10,000 blocks in a day: 50 mails, and no address that was not blocked', async () => {
    const made = rig();
    const worker = begin(made);
    const blocked = new Set<string>();
    for (let at = 0; at < 10_000; at++) {
      const address = `${100 + (at % 100)}.${at % 7}.${(at >> 8) & 255}.${at & 255}`;
      blocked.add(address);
      block(worker, address, startMs);
    }
    for (let look = 0; look < 60; look++) {
      made.nowMs += 2 * 3_600_000;
      if (made.nowMs - startMs > dayMs) break;
      await worker.look();
    }
    expect(made.mails).toHaveLength(50);
    const named = made.mails.flatMap(
      ({text}) => text.match(/^\d+\.\d+\.\d+\.\d+(?=  2026)/gm) ?? [],
    );
    expect(named.length).toBeGreaterThan(50);
    for (const address of named) expect(blocked).toContain(address);
  });

  test('a letter lists so many addresses, and counts the rest', async () => {
    const made = rig();
    const worker = begin(made);
    const all = mostAttackers + 7;
    for (let at = 0; at < all; at++) block(worker, `203.0.${at >> 8}.${at & 255}`, startMs);
    made.nowMs += later;
    await worker.look();
    expect(made.mails[0]?.text).toMatch(/507 addresses[^]*and 7 more/);
  });

  test('whatever the clock does, no more in a day of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({min: -3 * dayMs, max: dayMs / 4}), {maxLength: 12}),
        async (steps) => {
          const made = rig({complaintsPerDay: 3});
          const worker = begin(made);
          let farMs = startMs;
          for (const [at, step] of steps.entries()) {
            made.nowMs += step;
            farMs = Math.max(farMs, made.nowMs);
            for (let net = 0; net < 4; net++) block(worker, `${20 + at}.${net}.0.1`, made.nowMs);
            made.nowMs += later;
            await worker.look();
          }
          // Set back, what went counts as now: so only the time that the clock gained gives more.
          const gainedMs = steps.reduce((sum, step) => sum + Math.max(0, step) + later, 0);
          expect(made.mails.length).toBeLessThanOrEqual(3 * (1 + Math.floor(gainedMs / dayMs)));
        },
      ),
      {numRuns: 25},
    );
  });
});

describe('modes', () => {
  test('in a preview nothing leaves, for weeks; a letter that was shown is not shown again', async () => {
    const made = rig({complaints: 'preview'});
    const worker = begin(made);
    block(worker, '203.0.113.7', startMs);
    for (let day = 0; day < 14; day++) {
      made.nowMs = startMs + day * dayMs + later;
      await worker.look();
    }
    expect(made.mails).toEqual([]);
    expect(stepsOf(made)).toEqual(['withdrawn']);
  });

  test('the first goes after it was shown on 7 days', async () => {
    const made = rig();
    const worker = new ComplaintWorker(made.parts);
    const days: number[] = [];
    for (let day = 0; day < 10; day++) {
      made.nowMs = startMs + day * dayMs + later;
      block(worker, `20.${day}.0.1`, made.nowMs - later);
      await worker.look();
      if (made.mails.length > 0) days.push(day);
    }
    expect(days[0]).toBe(previewDays - 1);
  });

  test('a dry run hands nothing over', async () => {
    const made = rig({dryRun: true});
    const worker = begin(made);
    block(worker, '203.0.113.7', startMs);
    made.nowMs += later;
    await worker.look();
    expect(made.mails).toEqual([]);
  });
});

/** What a process that was killed leaves: the state as it was last saved. */
function copyOf(tables: ComplaintTables): ComplaintTables {
  const copy = <Value>(table: Table<Value>): Table<Value> =>
    new Table(structuredClone([...table.entries()]));
  return {
    complaintDeeds: copy(tables.complaintDeeds),
    complaints: copy(tables.complaints),
    complaintLeftOut: copy(tables.complaintLeftOut),
    complaintBook: copy(tables.complaintBook),
  };
}

class Killed extends Error {}

describe('killed', () => {
  test.each([0, 1, 2, 3, 4, 5, 6])(
    'at step %i, and started again: nothing goes twice',
    async (at) => {
      const made = rig();
      const sent: string[] = [];
      let saved = emptyTables();
      let steps = 0;
      let mayDie = true;
      const step = (): void => {
        if (steps++ === at && mayDie) throw new Killed();
      };
      const lifeWith = (tables: ComplaintTables): ComplaintWorker =>
        new ComplaintWorker({
          ...made.parts,
          tables,
          save: () => {
            step();
            saved = copyOf(tables);
            step();
            return 'saved';
          },
          handOver: (mail) => {
            sent.push(mail.raw.match(/^Message-ID: .*$/m)?.[0] ?? '');
            step();
            return Promise.resolve({kind: 'taken', said: 'ok'});
          },
        });
      const first = emptyTables();
      const worker = lifeWith(first);
      allowSending(first.complaintBook);
      block(worker, '203.0.113.7', startMs);
      saved = copyOf(first);
      made.nowMs += later;
      await worker.look();
      expect(made.said.filter((line) => line.startsWith('complaints: '))).toHaveLength(1);
      mayDie = false;
      const again = lifeWith(saved);
      again.start(3_600_000);
      for (let look = 0; look < 3; look++) await again.look();
      await again.stop();
      expect(sent.length).toBeLessThanOrEqual(1);
      const kinds = [...saved.complaints.values()].map((each) => each.step.kind);
      // It went, or a message says that nobody knows.
      expect(kinds).toEqual([sent.length === 1 && kinds[0] === 'handed' ? 'handed' : 'held']);
    },
  );

  test('a state that cannot be saved sends nothing', async () => {
    const made = rig({}, {save: () => 'failed'});
    const worker = begin(made);
    block(worker, '203.0.113.7', startMs);
    made.nowMs += later;
    await worker.look();
    expect(made.mails).toEqual([]);
  });
});

test('a letter that the mailer refuses for now is tried again; one refused for good is held', async () => {
  for (const [again, kinds] of [
    ['yes', ['handed']],
    ['no', ['held']],
  ] as const) {
    let calls = 0;
    const made = rig(
      {},
      {
        handOver: () =>
          Promise.resolve(
            calls++ === 0 ? {kind: 'notTaken', again, why: 'no'} : {kind: 'taken', said: 'ok'},
          ),
      },
    );
    const worker = begin(made);
    block(worker, '203.0.113.7', startMs);
    for (let look = 0; look < 3; look++) {
      made.nowMs += later;
      await worker.look();
    }
    expect(stepsOf(made)).toEqual(kinds);
  }
});
