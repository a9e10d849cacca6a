/**
 * The page: in its text, and in a real Chromium that has no network. It loads nothing, runs nothing, has no error, and
 * shows the values; what others wrote stays text.
 */
import {spawnSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {pageOf} from '../../../src/overview/page/page.js';
import {sectionsOf} from '../../../src/overview/sections.js';
import {tempDirs} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';
import {emptyOverview, hostile, overviewWith} from '../samples.js';

const folderOf = tempDirs();

test('each part has a heading that names it, and each table a caption and heads', () => {
  const page = pageOf(overviewWith('x'), 'mx.example.net');
  for (const {id, title, table} of sectionsOf(overviewWith('x'))) {
    expect(page).toContain(`<h2 id="${id}-title">${title}</h2>`);
    expect(page).toContain(`<a href="#${id}">${title}</a>`);
    if (table !== undefined) expect(page).toContain(`<caption>${table.caption}</caption>`);
  }
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(page.match(/<html lang="en">/g)).toHaveLength(1);
  expect(page.match(/<h1>/g)).toHaveLength(1);
  expect(page).toMatch(/<footer><p>All times: local time, [-+:\d]{6}\. Until /);
});

test('counts stand to the right, addresses do not, whichever these are', () => {
  const made = overviewWith('x');
  const offender = {...made.offenders.shown[0]!, network: '203.0.113.10'};
  const page = pageOf({...made, offenders: {all: 1, shown: [offender]}}, 'mx.example.net');
  expect(page).toContain('<th scope="row" role="rowheader">203.0.113.10</th>');
  expect(page).toMatch(/data-head="ANSWERS" class="number"/);
});

test('nothing in it is loaded or run', () => {
  for (const page of [pageOf(overviewWith(hostile), hostile), pageOf(emptyOverview, 'mx')]) {
    expect(page).not.toMatch(/<(?:script|img|link|iframe|object|embed|form)\b/i);
    expect(page).not.toMatch(/\b(?:src|on\w+|style|xlink:href)="/i);
    expect(page).not.toMatch(/url\(|@import|https?:/i);
    expect([...page.matchAll(/href="([^"]*)"/g)].every(([, to]) => to!.startsWith('#'))).toBe(true);
  }
});

/** Of `#rrggbb`, each. WCAG 2.2: relative luminance, contrast ratio. */
function contrast(one: string, other: string): number {
  const luminance = (color: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const value = parseInt(color.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

test('text and plots can be read, in light and in dark', () => {
  const page = pageOf(emptyOverview, 'mx');
  const themes = [...page.matchAll(/--page:[^}]*/g)].map(
    ([text]) =>
      new Map(
        [...text.matchAll(/--(\w+):(#[0-9a-f]{6})\b/g)].map(([, name, color]) => [name, color]),
      ),
  );
  expect(themes).toHaveLength(2);
  const least = {text: 4.5, quiet: 4.5, link: 4.5, warn: 4.5, mark: 3, s0: 3, s1: 3, s2: 3, s3: 3};
  for (const theme of themes) {
    for (const [name, most] of Object.entries(least)) {
      const ratio = contrast(theme.get(name) ?? '', theme.get('page') ?? '');
      expect([name, ratio >= most]).toEqual([name, true]);
    }
  }
});

/** The browser asks these by itself; a page of ours knows none of them. */
const browsersOwn = /^https?:\/\/[a-z0-9.-]+\.(?:google|googleapis|gvt1)\.com\//;

function opened(html: string) {
  const folder = folderOf();
  const [page, netLog] = [join(folder, 'page.html'), join(folder, 'net.json')];
  writeFileSync(page, html);
  const words = ['--headless', '--no-sandbox', '--disable-gpu', '--enable-logging=stderr'];
  const own = [`--user-data-dir=${join(folder, 'user')}`, `--log-net-log=${netLog}`];
  const child = spawnSync(
    'unshare',
    ['--net', 'chromium', ...words, ...own, '--dump-dom', `file://${page}`],
    {encoding: 'utf8', env: {...process.env, HOME: folder}, timeout: 80_000},
  );
  const {events} = JSON.parse(readFileSync(netLog, 'utf8')) as {
    events: readonly {readonly params?: {readonly url?: string}}[];
  };
  const requests = events.flatMap(({params}) => params?.url ?? []);
  return {
    dom: child.stdout,
    errors: child.stderr.split('\n').filter((line) => line.includes(':CONSOLE')),
    requests: [...new Set(requests)].filter((url) => !browsersOwn.test(url)),
  };
}

const inChromium = whereAvailable({
  root: true,
  tools: ['chromium', 'unshare'],
  works: ['unshare', '--net', 'true'],
});

inChromium('in Chromium it has no error, asks for nothing, and holds the values', async () => {
  const {dom, errors, requests} = opened(pageOf(overviewWith(hostile), 'mx.example.net'));
  expect([errors, requests]).toEqual([[], []]);
  expect(dom).toContain('<title>blocksmtp report: mx.example.net</title>');
  expect(dom).toMatch(/>192\.0\.2\.200<.*you unblocked it .*mail to 12 recipients on 3 days/);
  expect(dom).toContain('4,711 connections');
  expect(dom.match(/<svg /g)).toHaveLength(3);
  expect(dom).not.toMatch(/<(?:img|script)\b/);
  expect(dom).toContain('&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;');
  await Promise.resolve();
});

inChromium('this test sees an error and a request where there are some', async () => {
  const bad = '<script>null.x</script><img src="http://192.0.2.1/x.png">';
  const {errors, requests} = opened(`<!DOCTYPE html><title>x</title>${bad}`);
  expect(errors).toHaveLength(1);
  expect(requests).toEqual(['http://192.0.2.1/x.png']);
  await Promise.resolve();
});
