/**
 * Whether the packages in node_modules are the locked ones. Three accounts must agree: package.json and
 * package-lock.json about what is asked for; package-lock.json and npm's own list of what it installed
 * (`node_modules/.package-lock.json`) about version and checksum; and that list and the folders about
 * what lies there. npm compares the checksum with what it unpacks. Files that somebody changed inside a
 * package afterwards are not found here.
 */
import {lstatSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

const sections = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/** What npm puts into node_modules that is no package. */
const isPackage = (name) => !name.startsWith('.');

/** @returns a line for each package that package.json and package-lock.json do not agree about */
export function unlocked(root) {
  const asked = readJson(join(root, 'package.json'));
  const locked = readJson(join(root, 'package-lock.json')).packages[''];
  return sections.flatMap((section) => {
    const [here, there] = [asked[section] ?? {}, locked[section] ?? {}];
    return [...new Set([...Object.keys(here), ...Object.keys(there)])]
      .filter((name) => here[name] !== there[name])
      .map((name) => `${name} is ${said(here[name])} in package.json, ${said(there[name])} locked`);
  });
}

/** @returns a line for each package that is not there as it is locked; none if all are */
export function differing(root) {
  const locked = packagesOf(join(root, 'package-lock.json'));
  const listed = packagesOf(join(root, 'node_modules/.package-lock.json'));
  const found = new Map(foldersIn(root, 'node_modules'));
  const places = [...new Set([...locked.keys(), ...listed.keys(), ...found.keys()])].sort();
  return places.flatMap(
    (place) => fault(locked.get(place), listed.get(place), found.get(place), place) ?? [],
  );
}

function fault(locked, listed, found, place) {
  if (locked === undefined) return `${place} is not locked`;
  // A build for another system; the tools say themselves that they lack theirs.
  if (locked.optional === true && listed === undefined && found === undefined) return undefined;
  if (locked.integrity === undefined) return `${place} is locked without a checksum`;
  if (found === undefined) return `${place} is missing`;
  if (listed === undefined) return `${place} was not put there by npm`;
  const other = [listed.version, found].find((version) => version !== locked.version);
  if (other !== undefined) return `${place} is ${other}, locked is ${locked.version}`;
  if (listed.integrity === locked.integrity) return undefined;
  return `${place} has another checksum than is locked`;
}

/** Place below the root → what a lock file says of the package there. */
function packagesOf(path) {
  const entries = Object.entries(readJson(path)?.packages ?? {});
  return new Map(entries.filter(([place]) => place !== ''));
}

/** Place and version of each package that lies in a folder, those inside packages too. */
function foldersIn(root, folder) {
  return namesIn(join(root, folder)).flatMap((name) => {
    const place = `${folder}/${name}`;
    const version = versionAt(join(root, place));
    return [
      ...(version === undefined ? [] : [[place, version]]),
      ...foldersIn(root, `${place}/node_modules`),
    ];
  });
}

function namesIn(folder) {
  return list(folder).flatMap((name) =>
    name.startsWith('@') ? list(join(folder, name)).map((inner) => `${name}/${inner}`) : name,
  );
}

function list(folder) {
  try {
    return readdirSync(folder).filter(isPackage);
  } catch {
    return [];
  }
}

/** A link leads to what nobody locked, whatever lies there. */
function versionAt(folder) {
  const entry = lstatSync(folder);
  if (entry.isSymbolicLink()) return 'a link';
  return entry.isDirectory()
    ? (readJson(join(folder, 'package.json'))?.version ?? 'without a version')
    : undefined;
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

const said = (range) => (range === undefined ? 'not' : range);
