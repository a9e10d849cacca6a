/** What `senders` prints of a sum: nothing made up, and the end of what is long. */
import {expect, test} from '@jest/globals';
import {readFileSync} from 'node:fs';
import {sendersJson, sendersTable} from '../../../src/report/tables/mail-senders.js';
import type {SenderHour} from '../../../src/outgoing/sender-hours.js';

const row: SenderHour = {
  hour: 490_000,
  standing: 'other',
  user: 'www-data',
  directory: '/srv/www/blog',
  program: '/usr/bin/perl',
  script: '/srv/www/blog/up/x.pl',
  home: {kind: 'unit', name: 'apache2.service'},
  connections: 4711,
  destinations: ['192.0.2.25', '2001:db8::7'],
  pid: 8150,
  lastMs: Date.UTC(2026, 10, 21, 3, 4, 5),
};
const nothing: SenderHour = {
  ...{...row, user: '', directory: '', program: '', script: ''},
  ...{home: {kind: 'none'}, destinations: ['192.0.2.25'], pid: 0},
};
const cellsOf = (more: Partial<SenderHour>): string[] =>
  sendersTable([{...row, ...more}], [])
    .split('\n')[1]!
    .split(/ {2,}/)
    .slice(1);

test('a row has the interpreter and its script, and whole destinations', () => {
  const cells = cellsOf({});
  expect(cells.toSpliced(6, 1)).toEqual([
    ...['4711', 'NOT ALLOWED', 'www-data', '/srv/www/blog', '/usr/bin/perl /srv/www/blog/up/x.pl'],
    ...['unit apache2.service', '8150', '192.0.2.25 2001:db8::7'],
  ]);
  expect(cellsOf({script: ''})[4]).toBe('/usr/bin/perl');
});

test('a long path keeps its end, and no destination is cut', () => {
  const script = `/srv/${'customers/'.repeat(10)}x.pl`;
  const destinations = Array.from({length: 8}, (_, i) => `2001:db8:1:2:3:4:5:${i}`);
  const cells = cellsOf({script, directory: `${script}/up`, destinations});
  expect(cells[3]).toMatch(/^.{54}\.\.\.\/up$/);
  expect(cells[4]).toMatch(/^\/usr\/bin\/perl \/srv\/customers\/.*\.\.\.\/x\.pl$/);
  expect(cells[4]).toHaveLength(60);
  expect(cells[8]).toBe('2001:db8:1:2:3:4:5:0 2001:db8:1:2:3:4:5:1 +6 more');
});

test('an unknown value is a dash, and in the JSON nothing', () => {
  const both = sendersTable([row, nothing], []).split('\n')[2]!.split(/ {2,}/);
  const unknown = ['-', '-', '-', '-'];
  expect(both.toSpliced(7, 1)).toEqual([
    ...['direct', '4711', 'NOT ALLOWED', ...unknown, '-', '192.0.2.25'],
  ]);
  // A column of which no row says anything is left out.
  expect(cellsOf(nothing).toSpliced(2, 1)).toEqual(['4711', 'NOT ALLOWED', '192.0.2.25']);
  expect(JSON.parse(sendersJson([nothing], []))).toEqual([
    {
      ...{via: 'direct', standing: 'other', connections: 4711, destinations: ['192.0.2.25']},
      last: '2026-11-21T03:04:05.000Z',
    },
  ]);
});

test('the JSON has names that last, described in docs/outgoing-mail.md, and nothing hostile', () => {
  const script = `/srv/${'x'.repeat(1000)}\u001b[2J\u202e.pl`;
  const [fields] = JSON.parse(sendersJson([{...row, script}], [])) as [Record<string, unknown>];
  expect(fields).toEqual({
    via: 'direct',
    ...{standing: 'other', user: 'www-data', directory: '/srv/www/blog', program: '/usr/bin/perl'},
    ...{script: `/srv/${'x'.repeat(1000)}?[2J?.pl`, unit: 'apache2.service', connections: 4711},
    ...{destinations: ['192.0.2.25', '2001:db8::7'], pid: 8150, last: '2026-11-21T03:04:05.000Z'},
  });
  const page = readFileSync(new URL('../../../docs/outgoing-mail.md', import.meta.url), 'utf8');
  const section = /^### JSON of `senders`\n.*?\n#/ms.exec(page)?.[0] ?? '';
  for (const name of [...Object.keys(fields), 'container', 'session']) {
    expect(section).toContain(`\`${name}\``);
  }
});
