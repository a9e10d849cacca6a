/** What the operator says about complaints: what is refused, and what it changes. */
import {expect, test} from '@jest/globals';
import type {Config} from '../../src/config/schema.js';
import {serveComplaint} from '../../src/control/complaint.js';
import {openBook} from '../../src/complaint/spool/book.js';
import {attacker, emptyTables, startMs} from '../complaint/support.js';

const network = '203.0.113.0/24';

function served(mode: Config['complaints']) {
  const tables = emptyTables();
  openBook(tables.complaintBook, () => '00'.repeat(32));
  tables.complaints.set('a', {
    ...{id: 'a', network, madeMs: startMs, step: {kind: 'composed', go: 'no'}},
    about: {kind: 'guessing', network, attackers: [attacker('203.0.113.7')]},
  });
  const settings = {complaints: mode, complaintFrom: 'abuse@example.org', dryRun: false};
  const compose = () => ({kind: 'wrong', why: 'no letter'}) as const;
  const view = {config: settings as Config, tables, compose, due: 0};
  const answer = serveComplaint({command: 'complain', send: 'sure'}, view, startMs);
  return {answer, step: tables.complaints.get('a')?.step};
}

test('in a preview nothing is released, not with --yes either', () => {
  expect(served('preview')).toMatchObject({
    answer: {kind: 'refused', message: expect.stringContaining('"preview"')},
    step: {go: 'no'},
  });
  expect(served('ask')).toMatchObject({answer: {kind: 'done'}, step: {go: 'yes'}});
});
