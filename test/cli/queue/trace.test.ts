/** `trace` of a report that came through our own relay: both messages, the attached one first. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {trace} from '../../../src/cli/queue/trace.js';
import {configIn} from '../../support/config.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
const [desk, login] = ['mx.example.com [198.51.100.7]', 'dyn.example.org [192.0.2.66]'];
const [reportId, spamId] = ['6AT9ZZ0Y000999', '6ATFIh0Y000204'];
const received = (from: string, id: string): string =>
  `Received: from x (${from})\n\tby relay.example.net (8.18.1/8.18.1) with ESMTPS id ${id}; now\n`;
const spam = `${received(login, spamId)}Subject: buy pills\n\nx\n`;
const report = `${received(desk, reportId)}Subject: spam from your relay\n\n--x\nContent-Type: message/rfc822\n\n${spam}--x--\n`;
const lines = [
  `AUTH=server, relay=${login}, authid=anna, mech=PLAIN, bits=0`,
  `${spamId}: from=<x@example.net>, size=1000, class=0, nrcpts=1, msgid=<a@b>, proto=ESMTPSA, daemon=MTA, relay=${login}`,
  `${reportId}: from=<feedback@example.com>, size=1000, class=0, nrcpts=1, msgid=<c@d>, proto=ESMTPS, daemon=MTA, relay=${desk}`,
];

async function traced(message: string, form: 'text' | 'json'): Promise<[number, string]> {
  const dir = newDir();
  const [file, log] = [join(dir, 'complaint.eml'), join(dir, 'mail.log')];
  writeFileSync(file, message);
  const framed = lines.map((line) => `2026-11-29T15:18:43+00:00 relay sm-mta[4]: ${line}\n`);
  writeFileSync(log, framed.join(''));
  let printed = '';
  const output = {print: (text: string) => void (printed += text), complain: () => undefined};
  const wish = {file, as: 'relay.example.net', log, form};
  const code = await trace(wish, configIn(dir), output);
  return [code, printed];
}

test('names the sender of the attached message first, and then that of the report', async () => {
  const [code, text] = await traced(report, 'text');
  expect(code).toBe(0);
  expect(text).toMatch(/^in the attached message .*:\nmessage: +6ATFIh0Y000204/);
  expect(text).toMatch(
    /sender: +login anna[^]*\nin the message around it:\nmessage: +6AT9ZZ0Y000999/,
  );
  const [, json] = await traced(report, 'json');
  expect(JSON.parse(json)).toMatchObject({
    verdict: {queueId: spamId, whose: {kind: 'auth', name: 'anna'}},
    around: [{verdict: {queueId: reportId, whose: {kind: 'host'}}}],
  });
});

test('of one message prints one, without a head', async () => {
  const [code, text] = await traced(spam, 'text');
  expect([code, text.split('\n')[0]]).toEqual([
    0,
    expect.stringMatching(/^message: +6ATFIh0Y000204/),
  ]);
  expect(JSON.parse((await traced(spam, 'json'))[1])).not.toHaveProperty('around');
});

test('of a message of another machine says so', async () => {
  const [code, text] = await traced(spam.replace('relay.example.net', 'mx.example.com'), 'text');
  expect([code, text]).toEqual([1, expect.stringMatching(/^not traced: no Received header/)]);
});
