/**
 * What dist/blocksmtp.js contains beside our own code: the packages that esbuild has put into it, as a
 * table for docs/security.md, and their licences in full, which lie beside the program and in the
 * Debian package. What counts is what was bundled, not what is asked for.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

/** Package → what its authors had put into it already: esbuild sees one file. */
const inside = {
  '@so-ric/colorspace': ['color', 'color-convert', 'color-name', 'color-string', 'text-hex'].map(
    (name) => ({name, licence: 'MIT', folder: `node_modules/${name}`}),
  ),
  'node-sqlite3-wasm': [{name: 'SQLite', licence: 'public domain'}],
  tldts: [
    {name: 'tldts-core', licence: 'MIT', folder: 'node_modules/tldts-core'},
    {name: 'Public-Suffix-List', licence: 'MPL-2.0'},
  ],
};

/** What stands for a text that a package does not bring, or need not. */
const wordsOf = {
  'ip-cidr':
    'Copyright (c) Alexander Balasyan. Its package.json says MIT; it brings no text of its own.',
  'Public-Suffix-List':
    'Under the Mozilla Public License 2.0, https://mozilla.org/MPL/2.0/. The list itself, which is ' +
    'its source, is at https://publicsuffix.org/list/public_suffix_list.dat.',
  SQLite:
    'The authors disclaim copyright. In place of a legal notice, here is a blessing: May you do good ' +
    'and not evil. May you find forgiveness for yourself and forgive others. May you share freely, ' +
    'never taking more than you give.',
};

/**
 * @param metafile what esbuild says of its work
 * @returns name, version, licence and folder of each package, by name
 */
export function packagesIn(metafile, root) {
  const bundled = new Set(
    Object.values(metafile.outputs).flatMap(({inputs}) => Object.keys(inputs).map(folderOf)),
  );
  bundled.delete(undefined);
  const found = [...bundled].flatMap((folder) => {
    const {name, version, license} = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    );
    if (typeof license !== 'string') throw new Error(`${folder}/package.json names no licence`);
    const within = (inside[name] ?? []).map((inner) => ({...inner, within: name}));
    return [{name, version, licence: license, folder}, ...within];
  });
  return found.sort((one, other) => compare(keyOf(one), keyOf(other)));
}

const keyOf = ({name, version = ''}) => `${name.toLowerCase()} ${version}`;
const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

/** `node_modules/a/node_modules/@b/c` of a file in it; undefined for our own. */
function folderOf(path) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

/** For docs/security.md. */
export function contentsTable(packages) {
  const rows = packages.map(
    ({name, version, licence, within}) =>
      `| ${name} | ${within === undefined ? version : `in ${within}`} | ${licence} |`,
  );
  return ['| package | version | licence |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

/** All texts, each under the name of its package. */
export function licenceTexts(packages, root) {
  const parts = packages.map((each) => {
    const {name, version, licence, within} = each;
    const title = `${name} ${within === undefined ? version : `(in ${within})`}: ${licence}`;
    return `${title}\n${'-'.repeat(title.length)}\n\n${textOf(each, root)}\n`;
  });
  const about =
    'blocksmtp is one file with these packages in it. Each stands under the licence that follows its name.\n';
  return [about, ...parts].join('\n');
}

/** @throws when a package has no text, so that none is forgotten */
function textOf({name, folder}, root) {
  const file =
    folder && readdirSync(join(root, folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file === undefined ? wordsOf[name] : readFileSync(join(root, folder, file), 'utf8');
  if (text === undefined) throw new Error(`no licence text of ${name} (tools/contents.mjs)`);
  return text.trim();
}
