/**
 * Holds `src` to the table of rooms (`rooms.ts`): each folder is a room with a purpose, no room has too
 * many files, imports run from a room to those above it, and no files import each other in a circle.
 * A file that a comment names in backquotes exists: in the same folder, or by its path below `src`.
 * The map in `docs/architecture.md` is printed from the same table: `npm run pages`.
 */
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {expect, test} from '@jest/globals';
import {mostFiles, storeys} from './rooms.js';

const rooms = storeys.flatMap(({rooms: each}) => each);
const rankOf = new Map(rooms.map(({folder}, rank) => [folder, rank]));

/** Declarations of AssemblyScript and of a global are no part of the graph. */
const isModule = (name: string): boolean => /\.ts$/.test(name) && !/\.(as|d)\.ts$/.test(name);

const files = readdirSync('src', {recursive: true, encoding: 'utf8'}).filter(isModule).sort();
const roomOf = (file: string): string => dirname(file);

/** Also of types: a type that must be known is a part of the path. */
function importsOf(file: string): string[] {
  const text = readFileSync(join('src', file), 'utf8');
  const found = text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g);
  return [...found].map(([, path = '']) =>
    relative('src', join('src', dirname(file), path)).replace(/\.js$/, '.ts'),
  );
}

const graph = new Map(files.map((file) => [file, importsOf(file)]));

test('the graph has been read: files and arrows', () => {
  expect(files.length).toBeGreaterThan(200);
  expect([...graph.values()].flat().length).toBeGreaterThan(800);
  for (const target of [...graph.values()].flat()) expect(files).toContain(target);
});

test('each folder is a room, and each room has files', () => {
  const folders = [...new Set(files.map(roomOf))].sort();
  expect(folders).toEqual(rooms.map(({folder}) => folder).sort());
});

test('a purpose is one sentence, and all rooms of a storey are of its kind', () => {
  for (const {purpose} of rooms) expect(purpose).toMatch(/^[A-Z][^.]*\.$/);
  for (const {title, rooms: each} of storeys) {
    for (const {folder} of each) {
      const kind = /^sys\//.test(folder) ? 'The machine' : /\/live$/.test(folder) ? 'Live' : '';
      if (kind !== '' || ['The machine', 'Live'].includes(title)) expect(kind).toBe(title);
    }
  }
});

test.each(rooms.map(({folder}) => folder))('%s has at most a dozen files', (folder) => {
  const its = files.filter((file) => roomOf(file) === folder);
  expect(its.length).toBeLessThanOrEqual(mostFiles);
});

test('imports run from a room to itself and to rooms above it', () => {
  const against = [...graph].flatMap(([file, targets]) =>
    targets
      .filter((target) => rankOf.get(roomOf(target))! > rankOf.get(roomOf(file))!)
      .map((target) => `${file} imports ${target}`),
  );
  expect(against).toEqual([]);
});

/** Folders of one mailer each, and where a mailer is chosen. */
const dialects = rooms
  .map(({folder}) => folder)
  .filter((folder) => files.includes(`${folder}/dialect.ts`) && folder !== 'mail');
const choosers = storeys.at(-1)!.rooms.map(({folder}) => folder);

test('a dialect is known by one value, and only where the rooms are joined', () => {
  expect(dialects).toContain('mail/sendmail');
  for (const folder of dialects) {
    const importers = files.filter(
      (file) => roomOf(file) !== folder && graph.get(file)!.some((each) => roomOf(each) === folder),
    );
    expect(importers.length).toBeGreaterThan(0);
    for (const file of importers) {
      expect(choosers).toContain(roomOf(file));
      const its = graph.get(file)!.filter((each) => roomOf(each) === folder);
      expect({file, its}).toEqual({file, its: [`${folder}/dialect.ts`]});
    }
    const text = readFileSync(join('src', folder, 'dialect.ts'), 'utf8');
    expect(text.match(/^export .*/gm)).toEqual([
      expect.stringMatching(/^export const \w+: Dialect = /),
    ]);
  }
});

test('no files import each other in a circle', () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' > '));
    if (done.has(file) || path.includes(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

/** Source files that the comments of a file name in backquotes, as their paths in this repository may be. */
function namedIn(
  root: string,
  file: string,
): readonly (readonly [name: string, paths: string[]])[] {
  const comments = readFileSync(join(root, file), 'utf8').match(/\/\*[^]*?\*\/|\/\/.*/g) ?? [];
  const names = comments.join('\n').matchAll(/`([\w./-]+\.ts)`/g);
  return [...names].map(([, name = '']) => [
    name,
    [join('src', dirname(file), name), join(root, dirname(file), name), join('src', name), name],
  ]);
}

test.each(['src', 'test'])('a file that a comment in %s names exists', (root) => {
  const all = readdirSync(root, {recursive: true, encoding: 'utf8'}).filter((each) =>
    each.endsWith('.ts'),
  );
  const named = all.flatMap((file) => namedIn(root, file).map((each) => [file, ...each] as const));
  expect(named.length).toBeGreaterThan(root === 'src' ? 100 : 5);
  const stale = named.filter(([, , paths]) => !paths.some((path) => existsSync(path)));
  expect(stale.map(([file, name]) => `${file} names ${name}`)).toEqual([]);
});

const page = 'docs/architecture.md';
const [begin, end] = ['<!-- rooms: printed by test/house.test.ts -->\n', '<!-- end of rooms -->\n'];

function map(): string {
  const parts = storeys.map(({title, rule, rooms: each}) => {
    const rows = each.map(({folder, purpose}) => {
      const its = files.filter((file) => roomOf(file) === folder);
      const names = its.map((file) => file.slice(file.lastIndexOf('/') + 1, -'.ts'.length));
      const path = folder === '.' ? 'src/' : `src/${folder}/`;
      return `| \`${path}\` | ${purpose} | ${names.join(', ')} |`;
    });
    const head = '| room | purpose | files |\n| --- | --- | --- |';
    return `### ${title}\n\n${rule}\n\n${head}\n${rows.join('\n')}\n`;
  });
  return `${begin}\n${parts.join('\n')}\n${end}`;
}

test('docs/architecture.md shows this map', () => {
  const text = readFileSync(page, 'utf8');
  const [before = '', rest = ''] = text.split(begin);
  const [, after = ''] = rest.split(end);
  if (process.env['UPDATE_MAP'] === '1') writeFileSync(page, `${before}${map()}${after}`);
  else expect(text).toBe(`${before}${map()}${after}`);
});
