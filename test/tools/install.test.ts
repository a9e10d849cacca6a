/**
 * Nothing is built or tested with other packages than the locked ones: in a copy of the folder, with a few
 * of the packages, somebody has changed something since npm installed them.
 */
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import {dirname, join} from 'node:path';
import {beforeEach, describe, expect, test} from '@jest/globals';
import {tempDirs} from '../support/temp.js';

const tempDir = tempDirs();
let folder = '';

interface Lock {
  readonly packages: Readonly<Record<string, {readonly dependencies?: object}>>;
}

const readJson = (path: string): unknown => JSON.parse(fs.readFileSync(path, 'utf8'));
const listed = 'node_modules/.package-lock.json';
const dependencies = {commander: '^14.0.3', tail: '2.2.6', winston: '^3.19.0'};
const kept = ['commander', 'tail', 'winston', '@colors/colors'].map(
  (name) => `node_modules/${name}`,
);

/** Of all that is locked a few, which makes copies small. */
function fewOf(path: string): object {
  const lock = readJson(path) as Lock;
  const few = Object.entries(lock.packages).filter(([place]) => kept.includes(place));
  return {...lock, packages: {...Object.fromEntries(few), '': {dependencies}}};
}

beforeEach(() => {
  folder = tempDir();
  fs.cpSync('tools', join(folder, 'tools'), {recursive: true});
  for (const path of kept.map((place) => `${place}/package.json`)) {
    fs.mkdirSync(join(folder, dirname(path)), {recursive: true});
    fs.copyFileSync(path, join(folder, path));
  }
  const write = (path: string, value: object): void =>
    fs.writeFileSync(join(folder, path), JSON.stringify(value, undefined, 2));
  write('package.json', {type: 'module', dependencies});
  write('package-lock.json', fewOf('package-lock.json'));
  write(listed, fewOf(listed));
  // npm has finished long after the lock was written.
  fs.utimesSync(join(folder, 'package-lock.json'), 1e9, 1e9);
});

/** What a program of tools/ ends with, where npm cannot be had. */
function run(...words: string[]): {readonly status: number | null; readonly stderr: string} {
  const {status, stderr} = spawnSync(process.execPath, words, {
    cwd: folder,
    encoding: 'utf8',
    env: {...process.env, PATH: '/nowhere'},
  });
  return {status, stderr};
}

const ensure = [
  '--input-type=module',
  '-e',
  "(await import('./tools/install.mjs')).ensureInstalled()",
];

/** Changes a file that holds JSON, and keeps its time. */
function change(path: string, from: RegExp, to: string): void {
  const full = join(folder, path);
  const [text, {atime, mtime}] = [fs.readFileSync(full, 'utf8'), fs.statSync(full)];
  expect(text).toMatch(from);
  fs.writeFileSync(full, text.replace(from, to));
  fs.utimesSync(full, atime, mtime);
}

function add(place: string, version: string): void {
  fs.mkdirSync(join(folder, place), {recursive: true});
  fs.writeFileSync(join(folder, place, 'package.json'), JSON.stringify({version}));
}

test('the packages of this checkout are the locked ones', () => {
  const {status, stderr} = spawnSync(process.execPath, ensure, {encoding: 'utf8'});
  expect({status, stderr}).toEqual({status: 0, stderr: ''});
});

test('the locked packages are right, whatever the files are dated', () => {
  expect(run(...ensure)).toEqual({status: 0, stderr: ''});
  fs.utimesSync(join(folder, 'package-lock.json'), 4e9, 4e9);
  expect(run(...ensure)).toEqual({status: 0, stderr: ''});
});

const tampered: Record<string, [() => void, string]> = {
  'another version lies there': [
    () => change('node_modules/winston/package.json', /"version": "[^"]+"/, '"version": "9.9.9"'),
    'node_modules/winston is 9.9.9, locked is ',
  ],
  'npm installed another version': [
    () => change(listed, /("node_modules\/winston": \{\s+"version": ")[^"]+/, '$19.9.9'),
    'node_modules/winston is 9.9.9, locked is ',
  ],
  'npm installed another file': [
    () => change(listed, /("node_modules\/winston": \{[^}]*?"integrity": ")[^"]+/, '$1sha512-AAAA'),
    'node_modules/winston has another checksum than is locked',
  ],
  'one lies there that is not locked': [
    () => add('node_modules/@example/extra', '1.0.0'),
    'node_modules/@example/extra is not locked',
  ],
  'one lies inside another': [
    () => add('node_modules/winston/node_modules/extra', '1.0.0'),
    'node_modules/winston/node_modules/extra is not locked',
  ],
  'npm installed one that is not locked': [
    () =>
      change(listed, /"packages": \{/, '"packages": {"node_modules/extra": {"version": "1.0.0"},'),
    'node_modules/extra is not locked',
  ],
  'one is missing': [
    () => fs.rmSync(join(folder, 'node_modules/tail'), {recursive: true}),
    'node_modules/tail is missing',
  ],
  'one is a link': [
    () => {
      fs.renameSync(join(folder, 'node_modules/tail'), join(folder, 'tail'));
      fs.symlinkSync('../tail', join(folder, 'node_modules/tail'));
    },
    'node_modules/tail is a link, locked is ',
  ],
  'a lock has no checksum': [
    () =>
      change(
        'package-lock.json',
        /("node_modules\/tail": \{\s+"version": "[^"]+",)\s+"integrity": "[^"]+",/,
        '$1',
      ),
    'node_modules/tail is locked without a checksum',
  ],
};

describe.each(Object.entries(tampered))('%s', (_, [tamper, fault]) => {
  test('one line says so, and nothing is installed', () => {
    tamper();
    const {status, stderr} = run(...ensure);
    expect(status).toBe(1);
    expect(stderr).toContain(`node_modules is not what package-lock.json locks: ${fault}`);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

test.each(['build', 'test', 'start', 'bench'])('npm run %s does not begin', (name) => {
  add('node_modules/extra', '1.0.0');
  const {status, stderr} = run(`tools/${name}.mjs`);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^node_modules is not what package-lock\.json locks: [^\n]+\n$/);
});

test.each([
  [
    'another range',
    '"winston": "^3.19.0"',
    '"winston": "^2.0.0"',
    'winston is ^2.0.0 in package.json, ^3',
  ],
  [
    'one that is not locked',
    '"tail":',
    '"extra": "1.0.0", "tail":',
    'extra is 1.0.0 in package.json, not',
  ],
  ['one less', '"tail": "2.2.6",', '', 'tail is not in package.json, 2.2.6 locked'],
])('package.json asks for %s', (_, from, to, fault) => {
  change('package.json', new RegExp(from.replaceAll(/[.^]/g, '\\$&')), to);
  const {status, stderr} = run(...ensure);
  expect(status).toBe(1);
  expect(stderr).toContain(`package-lock.json does not lock what package.json asks for: ${fault}`);
});

test('packages missing after the lock has changed are installed, and npm’s failure is reported', () => {
  fs.rmSync(join(folder, 'node_modules/tail'), {recursive: true});
  const later = fs.statSync(join(folder, listed)).mtimeMs / 1000 + 10;
  fs.utimesSync(join(folder, 'package-lock.json'), later, later);
  const {status, stderr} = run(...ensure);
  expect(status).toBe(1);
  expect(stderr).toContain('npm install failed');
});
