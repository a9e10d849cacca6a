/** Where a report goes: each way alone and together. The exit code tells what did not go. */
import {existsSync, mkdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, expect, test} from '@jest/globals';
import {deliver, type ReportWish} from '../../../src/cli/report/deliver.js';
import type {Overview} from '../../../src/overview/overview.js';
import {pageOf} from '../../../src/overview/page/page.js';
import {hostile, overviewWith} from '../../overview/samples.js';
import {smtpServer} from '../../support/smtp-server.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function delivered(wish: ReportWish, replies = {}) {
  const server = await smtpServer(replies);
  closing.push(server.close);
  const [printed, told]: [string[], string[]] = [[], []];
  const output = {
    print: (text: string) => void printed.push(text),
    complain: (message: string) => void told.push(message),
  };
  const page = (overview: Overview): string => pageOf(overview, 'mx.example.net');
  const code = await deliver(overviewWith(hostile), wish, page, output, server.port);
  return {code, printed: printed.join(''), told, mails: server.mails};
}

test('text by default, JSON in ASCII when asked for', async () => {
  expect((await delivered({form: 'text'})).printed).toContain('LIKELY FALSE POSITIVES\n');
  const {code, printed} = await delivered({form: 'json'});
  expect(printed).toMatch(/^[\n\x20-\x7e]*$/);
  expect(code).toBe(0);
  expect(JSON.parse(printed)).toMatchObject(overviewWith(hostile));
  expect(JSON.parse(printed)).toMatchObject({untilTime: '2026-11-21T12:00:00Z'});
});

test('a page is written whole, for its owner alone, or to standard output', async () => {
  const html = join(newDir(), 'page.html');
  const {code, printed} = await delivered({form: 'text', html});
  expect([code, printed]).toEqual([0, `page written: ${html}\n`]);
  const page = readFileSync(html, 'utf8');
  expect(page).toMatch(/^<!DOCTYPE html>\n<html [^]*<\/html>\n$/);
  expect(statSync(html).mode & 0o777).toBe(0o600);
  expect((await delivered({form: 'text', html: '-'})).printed).toBe(page);
});

test('a mail has the text', async () => {
  const {code, printed, mails} = await delivered({form: 'text', mail: 'root@example.net'});
  expect([code, printed]).toEqual([0, 'mailed to root@example.net\n']);
  expect(mails[0]!.text).toMatch(/^Subject: .*report: 1 likely false positive, 24 blocks/m);
  const text = mails[0]!.text.replaceAll('=\r\n', '');
  expect(text).toContain('WHAT EACH THRESHOLD WOULD HAVE DONE');
});

test('a delivery that fails is reported, and the others go all the same', async () => {
  const folder = newDir();
  const html = join(folder, 'taken');
  mkdirSync(html);
  const {code, told, mails} = await delivered({form: 'text', html, mail: 'root@example.net'});
  expect(code).toBe(69);
  expect(told).toEqual([expect.stringMatching(/^page not written: .*taken: expected a regular/)]);
  expect(mails).toHaveLength(1);
  const refused = {RCPT: '550 5.1.1 nobody'};
  const other = await delivered({form: 'text', mail: 'root@example.net'}, refused);
  expect([other.code, other.told]).toEqual([69, [expect.stringMatching(/^not mailed: .*550/)]]);
  expect(existsSync(`${html}.new`)).toBe(false);
});
