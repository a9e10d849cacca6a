/** Which files of a log are read for a message: also those in which its session may have begun. */
import {utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {readLogs} from '../../../src/cli/queue/log-search.js';
import {LogReader, longestSessionMs} from '../../../src/queue/trace/log-facts.js';
import {configIn} from '../../support/config.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
const takenMs = Date.UTC(2026, 10, 29, 15, 18, 43);
const id = '6ATFIh0Y000204';
const client = 'h.example [192.0.2.9]';

/** The file was changed so long before the message came. */
function log(path: string, lines: readonly string[], agoMs: number): void {
  const stamp = new Date(takenMs - agoMs).toISOString();
  const framed = lines.map((line) => `${stamp} relay sm-mta[4]: ${line}\n`);
  writeFileSync(path, framed.join(''), {mode: 0o600});
  utimesSync(path, (takenMs - agoMs) / 1000, (takenMs - agoMs) / 1000);
}

test('a login is found that is as old as a session can be, although the log was rotated twice since', async () => {
  const path = join(newDir(), 'mail.log');
  const login = `AUTH=server, relay=${client}, authid=anna, mech=PLAIN, bits=0`;
  const from = `${id}: from=<a@example.org>, size=509, class=0, nrcpts=1, msgid=<x>, proto=ESMTP, daemon=MTA, relay=${client}`;
  log(`${path}.2`, [login], longestSessionMs);
  log(`${path}.1`, [], 3_600_000);
  log(path, [from], 0);
  const reader = new LogReader([id]);
  const config = {...configIn(newDir()), syslogMsgsFile: [path]};
  const said: string[] = [];
  const output = {complain: (text: string) => void said.push(text)};
  const places = await readLogs(reader, takenMs, undefined, config, output);
  expect([places, said]).toEqual([[`${path}.2`, `${path}.1`, path], []]);
  expect(reader.facts.from.get(id)?.login).toBe('anna');
});

test('the bound', () => expect(longestSessionMs).toBe(6 * 3_600_000));
