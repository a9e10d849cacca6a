/**
 * Holds README.md and `docs/` to the program and to each other: every setting, command, exit code and
 * metric has its place, every link leads somewhere, and the pages stay short and plain.
 * `npm run pages` prints the settings into `docs/configuration.md` anew.
 */
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, test} from '@jest/globals';
import {nameOf} from '../src/cli/rows/command-row.js';
import {commands} from '../src/cli/command-table.js';
import {exitCode} from '../src/cli/face/exit.js';
import {obsoleteNames} from '../src/config/obsolete.js';
import {keyOf, settingNames} from '../src/config/schema.js';
import {statusFigures} from '../src/report/prometheus.js';
import {sampleDigest} from './complaint/letter/digest.js';
import {withoutFences} from './english/habits.js';
import {everyComplaint} from './pages/complaint-samples.js';
import {everyMail} from './pages/mail-samples.js';
import {statusOf} from './report/status-samples.js';
import {beginOfSettings, endOfSettings, settingsReference, topicPageOf} from './settings-page.js';

const read = (path: string): string => readFileSync(path, 'utf8');
const pages = readdirSync('docs')
  .filter((name) => name.endsWith('.md'))
  .sort();
const texts = ['README.md', 'CONTRIBUTING.md', ...pages.map((name) => `docs/${name}`)];

const names = commands.map(nameOf);

/** The anchors that GitHub makes of headings. */
const anchorsOf = (text: string): string[] =>
  [...withoutFences(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('README.md', () => {
  const text = read('README.md');

  test('is a page for five minutes', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });

  test('says in its first sentence what it is, and for which mailer', () => {
    const [, sentence = ''] = /^# blocksmtp\n\n(.+?[.:])\s/s.exec(text) ?? [];
    expect(sentence).toContain('daemon');
    expect(sentence).toContain('sendmail');
  });

  test.each(pages)('leads to docs/%s', (page) => {
    expect(text).toContain(`(docs/${page})`);
  });
});

test('CONTRIBUTING.md is short', () => {
  expect(read('CONTRIBUTING.md').trimEnd().split('\n').length).toBeLessThanOrEqual(60);
});

describe.each(texts)('%s', (path) => {
  const text = withoutFences(read(path));

  test('has links that lead somewhere', () => {
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const broken = targets.filter((target) => {
      if (/^https?:/.test(target)) return false;
      const [file = '', anchor] = target.split('#');
      const full = file === '' ? path : join(dirname(path), file);
      return !existsSync(full) || (anchor !== undefined && !anchorsOf(read(full)).includes(anchor));
    });
    expect(broken).toEqual([]);
  });
});

test.each(pages)('docs/%s says in its first sentence for which reader it is', (page) => {
  expect(read(`docs/${page}`)).toMatch(/^# .+\n\nFor (?:those|administrators) /);
});

describe('settings', () => {
  const path = 'docs/configuration.md';

  test('docs/configuration.md has them as the schema does', () => {
    const text = read(path);
    const [before = '', rest = ''] = text.split(beginOfSettings);
    const [, after = ''] = rest.split(endOfSettings);
    const wanted = `${before}${settingsReference()}${after}`;
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, wanted);
    else expect(text).toBe(wanted);
  });

  test('each stands there once', () => {
    const headings = [...read(path).matchAll(/^### `([a-z0-9_]+)`$/gm)].map((match) => match[1]);
    expect(headings.sort()).toEqual([...settingNames, ...obsoleteNames].map(keyOf).sort());
  });

  test.each(settingNames)('the page of its topic mentions %s', (name) => {
    expect(read(`docs/${topicPageOf(name)}`)).toContain(`configuration.md#${keyOf(name)})`);
  });
});

describe('docs/operating.md', () => {
  const text = read('docs/operating.md');

  test.each(Object.entries(exitCode))('has the exit code of %s', (_, code) => {
    expect(text).toMatch(new RegExp(`^\\| ${code} \\| `, 'm'));
  });

  test.each(names)('describes the command %s', (command) => {
    expect(text).toMatch(new RegExp(`^\\| \`blocksmtp ${command}[\` ].* \\| .+ \\|$`, 'm'));
  });
});

test('docs/monitoring.md has every metric', () => {
  const figures = statusFigures(statusOf({complaints: everyComplaint, mail: everyMail}));
  const metrics = [...figures.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  expect(metrics.length).toBeGreaterThan(10);
  const rows = read('docs/monitoring.md').split('\n');
  for (const [, name = '', type = ''] of metrics) {
    const row = rows.find((line) => line.startsWith(`| \`${name}`));
    expect(row).toContain(`| ${type} |`);
  }
});

test('docs/complaints.md has a whole mail as it goes out', () => {
  const path = 'docs/complaints.md';
  const text = read(path);
  const begin = '<!-- a mail: npm run pages prints it -->\n\n```\n';
  const [before = '', rest = ''] = text.split(begin);
  const after = rest.slice(rest.indexOf('\n```\n'));
  const wanted = `${before}${begin}${sampleDigest()}${after}`;
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, wanted);
  else expect(text).toBe(wanted);
});
