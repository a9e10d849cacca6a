/** What was noted of a process that was ended names the client of its envelope, and of no other. */
import {expect, test} from '@jest/globals';
import type {Question} from '../../src/sessions/attribute.js';
import {CutNotes, noteText} from '../../src/sessions/cut-notes.js';

const question: Question = {
  ...{pid: 4711, numberedBy: 'log', queueId: '6ALBjJc0000152', envelopeMs: 1000},
};

test('what was noted is known again, by the process and its envelope', () => {
  const notes = new CutNotes(noteText(question, '203.0.113.7')!);
  const known = notes.of({...question, envelopeMs: 2000});
  expect(known).toMatchObject({client: {text: '203.0.113.7'}, proof: 'kernel'});
  // Nothing that only a living process shows.
  expect(Object.keys(known!)).toEqual(['client', 'proof']);
  for (const other of [
    {pid: 4712},
    {numberedBy: 'host'},
    {queueId: '6ALBjJc0000153'},
    {queueId: undefined},
  ] as const) {
    expect(notes.of({...question, ...other})).toBeUndefined();
  }
});

test('a line outside of an envelope is not noted', () => {
  expect(noteText({...question, queueId: undefined}, '203.0.113.7')).toBeUndefined();
});

test.each(['', 'x', '{', 'null', '7', '{"pid":4711}', '{"pid":4711,"client":{}}'])(
  'what is no note is passed over: %s',
  (line) => {
    const whole = noteText(question, '2001:db8::7')!;
    const notes = new CutNotes(`${line}\n${whole}${whole.slice(0, 20)}`);
    expect(notes.of(question)?.client.text).toBe('2001:db8::7');
  },
);
