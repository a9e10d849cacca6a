/**
 * Decides to which unit, container or session a process belongs. Reads the text of /proc/PID/cgroup
 * (cgroups(7)): `0::/system.slice/apache2.service`, or a line for each controller. systemd and each
 * container manager name these folders in their own way. Users can name the units of their own systemd
 * manager as they like (`systemd-run --user --unit=apache2`), so such a name is shown with its user.
 */
import type {Home} from './owner.js';

/** Names longer than this are cut. Characters: the name of a container has 64. */
const nameCharacters = 80;

const containers: readonly RegExp[] = [
  /(?:^|\/)(?:docker|libpod|cri-containerd|crio|containerd)[-/]([0-9a-f]{12,64})(?:\.scope)?(?:\/|$)/,
  /(?:^|\/)kubepods[^/]*\/(?:.*\/)?([0-9a-f]{64})(?:\/|$)/,
  /(?:^|\/)lxc(?:\.payload)?[./]([\w.-]+)(?:\/|$)/,
  /(?:^|\/)machine\.slice\/(?:machine-|systemd-nspawn@)([^/]+?)\.(?:scope|service)(?:\/|$)/,
];

/** @param text of the file. @returns `none` also for a process in no folder */
export function homeOf(text: string): Home {
  const paths = [...text.matchAll(/^\d+:([^:\n]*):(\/.*)$/gm)];
  // systemd's own hierarchy shows most. The unified one has no name.
  const order = (controllers: string): number =>
    controllers === '' ? 0 : controllers === 'name=systemd' ? 1 : 2;
  const sorted = paths.sort(([, a = ''], [, b = '']) => order(a) - order(b));
  for (const [, , path = ''] of sorted) {
    const home = homeAt(path);
    if (home.kind !== 'none') return home;
  }
  return {kind: 'none'};
}

/**
 * Below these folders the user chooses the names: logind's slice of the user, or the user's own
 * manager.
 */
const ofUser = /^(.*?)\/(?:user-(\d{1,10})\.slice|user@(\d{1,10})\.service)(?:\/(.*))?$/;

function homeAt(path: string): Home {
  const match = ofUser.exec(path);
  const container = containerAt(match?.[1] ?? path);
  if (container !== undefined) return {kind: 'container', name: container};
  if (match !== null) return homeOfUser(match[2] ?? match[3] ?? '', match[4] ?? '');
  const unit = path.split('/').findLast((folder) => /\.(?:service|socket|mount)$/.test(folder));
  return unit === undefined ? {kind: 'none'} : {kind: 'unit', name: shown(unit)};
}

function containerAt(path: string): string | undefined {
  for (const shape of containers) {
    const name = shape.exec(path)?.[1];
    if (name !== undefined) return shown(name);
  }
  return undefined;
}

/**
 * Never a container: any user can give a scope the name of one. Only logind makes sessions, directly below
 * the slice.
 *
 * @param below the path below the user's slice
 */
function homeOfUser(uid: string, below: string): Home {
  const folders = below.split('/');
  const named = (folder: string): string => `${shown(folder)} of uid ${uid}`;
  const [first = ''] = folders;
  if (/^session-.*\.scope$/.test(first)) return {kind: 'session', name: named(first)};
  const unit = folders.findLast((folder) => /\.(?:service|socket|mount|scope)$/.test(folder));
  return unit === undefined ? {kind: 'none'} : {kind: 'unit', name: named(unit)};
}

const shown = (name: string): string => unescaped(name).slice(0, nameCharacters);

/** systemd writes characters that a name may not hold as `\x2d`. */
const unescaped = (name: string): string =>
  name.replaceAll(/\\x([0-9a-f]{2})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
