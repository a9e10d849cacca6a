/** `replay --html`: the page of a log has what the text has, and both policies where there are two. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {replay} from '../../../src/cli/replay/replay.js';
import {tempDirs} from '../../support/temp.js';
import {collected, configWith} from '../support.js';

const newDir = tempDirs();

async function paged(words: {readonly against?: string; readonly html?: string} = {}) {
  const folder = newDir();
  const html = words.html ?? join(folder, 'page.html');
  const {output, log, printed} = collected();
  const wanted = {form: 'text', config: 'now.toml', ...words, html} as const;
  const code = await replay(['etc/sample.log'], configWith([]), wanted, log, output);
  const page = html === '-' ? printed() : readFileSync(html, 'utf8');
  return {code, page, printed: printed()};
}

test('the page has the blocks of the sample, and the text says where it is', async () => {
  const {code, page, printed} = await paged();
  expect(code).toBe(0);
  expect(printed).toMatch(/2 blocks of 2 clients[^]*Page written: .*page\.html\n$/);
  expect(page).toContain('Blocked: 2 clients and networks.');
  expect(page).toContain('>192.0.2.66<');
  expect(page).toContain('A replay does not count it');
  expect(page).not.toContain('>NOW<');
});

test('with a second policy both stand side by side', async () => {
  const against = join(newDir(), 'lenient.toml');
  writeFileSync(against, 'threshold = 20\nwhite_list = "/dev/null"\n');
  const {code, page} = await paged({against});
  expect(code).toBe(0);
  expect(page).toContain('Two policies side by side');
  expect(page).toContain('Whom each policy would have blocked');
});

test('a page that cannot be written is reported before the log is read', async () => {
  const {output, log, printed} = collected();
  const wanted = {form: 'text', html: join(newDir(), 'none', 'page.html')} as const;
  const code = await replay(['etc/sample.log'], configWith([]), wanted, log, output);
  expect(code).toBe(69);
  expect(printed()).not.toContain('2 blocks');
});

test('to standard output goes the page alone', async () => {
  const {page} = await paged({html: '-'});
  expect(page).toMatch(/^<!DOCTYPE html>[^]*<\/html>\n$/);
});
