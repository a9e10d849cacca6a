/** What `explain` advises where its lines are a grep: how to get the rest of the sessions. */
import {expect, test} from '@jest/globals';
import {askNobody, Joining} from '../../src/guard/joining.js';
import {guardSettings} from '../../src/guard/settings.js';
import {emptyState} from '../../src/guard/state.js';
import {noPid} from '../../src/log/record.js';
import {sendmail} from '../../src/mail/sendmail/dialect.js';
import {PartOfLog} from '../../src/replay/part-of-log.js';
import {configIn} from '../support/config.js';

type Line = readonly [pid: number, message: string];

function adviceOf(...lines: readonly Line[]): readonly string[] {
  const settings = guardSettings(configIn('/tmp'), 'relay', 'past', sendmail);
  const joining = new Joining(settings, emptyState('unsaved'));
  const part = new PartOfLog();
  for (const [at, [pid, message]] of lines.entries()) {
    const atMs = Date.UTC(2026, 10, 21, 12, 0, at);
    const program = 'sm-mta';
    const record = {atMs, host: 'relay', program, pid, message, times: 1, writer: undefined};
    const reading = joining.read(record);
    if (reading.kind === 'ignored') continue;
    joining.join(reading, atMs, askNobody);
    part.take(reading.record, reading.event, joining.session(reading));
  }
  return part.advice;
}

const end = (id: string, client: string): string =>
  `${id}: from=<a@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=[${client}]`;
const unknown = (id: string): string => `${id}: <anna@example.net>... User unknown`;

test('a grep for one address: the rest has the same process ids', () => {
  expect(
    adviceOf(
      [71, end('6ALDmHko000032', '203.0.113.7')],
      [72, '6ALDmHko000033: lost input channel from [203.0.113.7] to MTA after rcpt'],
      [72, end('6ALDmHko000033', '203.0.113.7')],
    ),
  ).toEqual([
    'every line is of 203.0.113.7, and a line "User unknown" names no client: this seems to be a grep for it. The rest of these sessions has the same process ids in the whole log, here called LOG:',
    "    grep -F -e 'sm-mta[71]:' -e 'sm-mta[72]:' LOG | blocksmtp explain",
    'or explain the whole log, where each line has its number: blocksmtp explain LOG',
  ]);
});

test('a grep for a name: lines behind it name its client', () => {
  const advice = adviceOf([71, unknown('6ALDmHko000032')], [72, unknown('6ALDmHko000033')]);
  expect(advice[0]).toMatch(/^no line tells the client of 2 envelopes\. The rest /);
  expect(advice[1]).toBe("    grep -F -e 'sm-mta[71]:' -e 'sm-mta[72]:' LOG | blocksmtp explain");
});

test('whole sessions get no advice', () => {
  expect(
    adviceOf([71, unknown('6ALDmHko000032')], [71, end('6ALDmHko000032', '203.0.113.7')]),
  ).toEqual([]);
  expect(
    adviceOf(
      [71, end('6ALDmHko000032', '203.0.113.7')],
      [72, end('6ALDmHko000033', '203.0.113.8')],
    ),
  ).toEqual([]);
  expect(adviceOf()).toEqual([]);
});

test('of many processes the advice names the first few', () => {
  const many = Array.from({length: 30}, (_, at): Line => {
    const id = `6ALDmHko0001${at + 10}`;
    return [100 + at, end(id, '203.0.113.7')];
  });
  const [head, command] = adviceOf(...many);
  expect(head).toMatch(/, here called LOG \(the first 8 of 30\):$/);
  // As it is it goes into a shell.
  expect(command).toMatch(/^ {4}grep -F(?: -e 'sm-mta\[\d+\]:'){8} LOG \| blocksmtp explain$/);
});

test('lines that name no process are found by their queue id', () => {
  expect(adviceOf([noPid, end('6ALDmHko000032', '203.0.113.7')])[1]).toBe(
    "    grep -F -e '6ALDmHko000032:' LOG | blocksmtp explain",
  );
});
