/** What was noted of a process that was ended names the client of its envelope, and of no other. */
import {expect, test} from '@jest/globals';
import type {Question} from '../../src/sessions/attribute.js';
import {parseAddress} from '../../src/net/address.js';
import {CutNotes, noteText} from '../../src/sessions/cut-notes.js';

const question: Question = {
  ...{pid: 4711, numberedBy: 'log', queueId: '6ALBjJc0000152', envelopeMs: 1000},
};

const of = (client: string) => ({client: parseAddress(client)!, answeredBytes: 1234});

test('what was noted is known again, by the process and its envelope', () => {
  const notes = new CutNotes(noteText(question, of('203.0.113.7'))!);
  const known = notes.of({...question, envelopeMs: 2000});
  expect(known).toMatchObject({client: {text: '203.0.113.7'}, proof: 'kernel'});
  // Without it the judge could not tell whether recipients were accepted, and would wait.
  expect(known?.answeredBytes).toBe(1234);
  // Nothing that only a living process shows: nobody with its number has a signal for it.
  expect(Object.keys(known!).sort()).toEqual(['answeredBytes', 'client', 'proof']);
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
  expect(noteText({...question, queueId: undefined}, of('203.0.113.7'))).toBeUndefined();
});

test.each(['', 'x', '{', 'null', '7', '{"pid":4711}', '{"pid":4711,"client":{}}'])(
  'what is no note is passed over: %s',
  (line) => {
    const whole = noteText(question, of('2001:db8::7'))!;
    const notes = new CutNotes(`${line}\n${whole}${whole.slice(0, 20)}`);
    expect(notes.of(question)?.client.text).toBe('2001:db8::7');
  },
);

test.each([undefined, null, 'x', 1.5])('bytes that are none are left out: %p', (answeredBytes) => {
  const note = {...question, client: '203.0.113.7', answeredBytes};
  const known = new CutNotes(`${JSON.stringify(note)}\n`).of(question);
  expect(known).toEqual({client: parseAddress('203.0.113.7'), proof: 'kernel'});
});
