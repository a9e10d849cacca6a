/**
 * What the program contains beside our own code: docs/security.md has all of it, its licences lie beside
 * the program, and debian/copyright names each package under its licence. `npm run pages` prints the
 * table anew.
 */
import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {expect, test} from '@jest/globals';

const read = (path: string): string => readFileSync(path, 'utf8');
const [begin, end] = [
  '<!-- contents: printed by test/tools/contents.test.ts -->\n',
  '<!-- end of contents -->\n',
];

const table = execFileSync(process.execPath, ['tools/build.mjs', '--contents'], {encoding: 'utf8'});
const packages = [...table.matchAll(/^\| (\S+) \| (\d\S+|in \S+) \| (.+) \|$/gm)].map(
  ([, name = '', version = '', licence = '']) => ({name, version, licence}),
);

test('the table has been read: packages that the code imports, and what these need', () => {
  const names = packages.map(({name}) => name);
  expect(names).toEqual(expect.arrayContaining(['winston', 'nodemailer', 'logform', 'SQLite']));
  expect(table.trimEnd().split('\n')).toHaveLength(packages.length + 2);
});

test('docs/security.md has it', () => {
  const path = 'docs/security.md';
  const text = read(path);
  const [before = '', rest = ''] = text.split(begin);
  const [, after = ''] = rest.split(end);
  const wanted = `${before}${begin}\n${table}\n${end}${after}`;
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, wanted);
  else expect(text).toBe(wanted);
});

test.each(packages)(
  'the build has put the licence of $name $version beside the program',
  (each) => {
    const {name, version, licence} = each;
    const title = `${name} ${/^\d/.test(version) ? version : `(${version})`}: ${licence}`;
    expect(read('dist/licences.txt')).toContain(`\n${title}\n${'-'.repeat(title.length)}\n\n`);
  },
);

/** Debian's word for a licence. */
const wordOf = (licence: string): string =>
  licence === 'MIT' ? 'Expat' : licence.replaceAll(' ', '-');

test('debian/copyright names each under its licence, and no other', () => {
  const [, part = ''] =
    /^ the npm packages it uses:\n([\s\S]*?)^ All redistributions/m.exec(
      read('debian/copyright'),
    ) ?? [];
  const listed = part.split(/^ \.\n/m).flatMap((paragraph) => {
    const [word = '', names = ''] = paragraph.trim().split(/:\s/, 2);
    return names
      .replaceAll(/\b(?:and|its|inside (?:node-sqlite3-wasm|tldts))\b/g, ' ')
      .split(/[\s,;.]*(?:[\s,;]+|\.$)/)
      .filter((name) => name !== '')
      .map((name) => `${word} ${name}`);
  });
  const bundled = packages.map(({name, licence}) => `${wordOf(licence)} ${name}`);
  expect([...new Set(listed)].sort()).toEqual([...new Set(bundled)].sort());
});
