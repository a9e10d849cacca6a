/** Refusals that were read together with one, and are not judged yet. */
import {expect, test} from '@jest/globals';
import type {LogRecord} from '../../src/log/record.js';
import {UnreadAnswers} from '../../src/sessions/unread-answers.js';

const record = (pid: number, message: string): LogRecord => ({
  ...{atMs: 0, host: 'relay', program: 'sm-mta', pid, message},
  ...{times: 1, writer: undefined},
});
const refusal = (pid: number, name: string): LogRecord =>
  record(pid, `6ALBjJc0000152: <${name}@example.net>... User unknown`);

test('of a ruleset only what follows its reject= is answered', () => {
  const [first, second] = [
    refusal(7, 'anna'),
    record(
      7,
      '6ALBjJc0000152: ruleset=check_rcpt, arg1=<x@y.example>, relay=[203.0.113.7], reject=550 5.7.1 <x@y.example>... Relaying denied',
    ),
  ] as const;
  const unread = new UnreadAnswers([first, second]);
  unread.next(first);
  const {unreadBytes} = unread.upTo(first, {client: '203.0.113.7', bytes: 1000});
  expect(unreadBytes).toBe('550 5.7.1 <x@y.example>... Relaying denied\r\n'.length);
});

test('for each line the answers of later lines of its process are counted in bytes', () => {
  const [first, other, second, end] = [
    refusal(7, 'anna'),
    refusal(8, 'bert'),
    refusal(7, 'carl'),
    record(7, '6ALBjJc0000152: from=<a@example.org>, size=0'),
  ] as const;
  const unread = new UnreadAnswers([first, other, second, end]);
  const written = {client: '203.0.113.7', bytes: 1000};
  const answer = '550 5.1.1 <carl@example.net>... User unknown\r\n'.length;
  const all = {answeredBytes: 1000, unreadBytes: 0};
  unread.next(first);
  expect(unread.upTo(first, written)).toEqual({answeredBytes: 1000 - answer, unreadBytes: answer});
  unread.next(other);
  expect(unread.upTo(other, {...written, client: '203.0.113.8'})).toEqual(all);
  unread.next(second);
  expect(unread.upTo(second, written)).toEqual(all);
});
