/**
 * Finds the directories of sendmail's queues that sendmail.cf and submit.cf name and that exist
 * now. A queue may have its files in `qf`, `df` and `xf` below it. Reads no message.
 */
import fs from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {type QueuePath, queuePathsOf} from '../../queue/queue-paths.js';
import {readTextFile} from '../disk/text-file.js';

export interface QueueDirectory {
  readonly queue: 'relay' | 'submission';
  /** The directory of the control files. */
  readonly controls: string;
  /** The directory of the bodies; the same one if the queue is not split. */
  readonly bodies: string;
  /** The user who may put files there. */
  readonly uid: number;
  readonly gid: number;
  readonly strangers: 'mayWrite' | 'mayNotWrite';
}

interface QueueDirectories {
  readonly directories: readonly QueueDirectory[];
  /** Paths that cannot be read, one line each. */
  readonly problems: readonly string[];
}

/** The paths of the mailer's configuration. */
export interface MailerFiles {
  readonly relay: readonly string[];
  readonly submission: readonly string[];
}

/** The paths of distributions. The first one that exists counts. */
export const mailerFiles: MailerFiles = {
  relay: ['/etc/mail/sendmail.cf', '/etc/sendmail.cf'],
  submission: ['/etc/mail/submit.cf'],
};

/** At most so many directories of one pattern. A count: sites have a few dozen. */
const mostOfPattern = 1000;

export function queueDirectories(files: MailerFiles = mailerFiles): QueueDirectories {
  const both = (['relay', 'submission'] as const).map((queue) =>
    directoriesOf(queue, files[queue]),
  );
  return {
    directories: both.flatMap(({directories}) => directories),
    problems: both.flatMap(({problems}) => problems),
  };
}

function directoriesOf(queue: QueueDirectory['queue'], paths: readonly string[]): QueueDirectories {
  const read = paths.map(readTextFile);
  const first = read.find(({kind}) => kind !== 'missing') ?? read[0];
  if (first?.kind !== 'text') return {directories: [], problems: first ? [first.why] : []};
  const file = paths[read.indexOf(first)] ?? '';
  const found = queuePathsOf(first.text);
  const problems = found.problems.map((why) => `${file}: ${why}`);
  const directories = found.paths.flatMap((path) => {
    const all = expanded(path);
    if (all.length === 0) problems.push(`${file}: ${whyNone(path)}`);
    return all.flatMap((each) => queueIn(queue, each, problems));
  });
  return {directories, problems};
}

/** Expands a pattern as sendmail does: links count, and names that begin with a dot do not (queue.c multiqueue_cache()). */
function expanded({path, isPattern}: QueuePath): string[] {
  if (!isPattern) return isDirectory(path) ? [path] : [];
  const [folder, begin] = [dirname(path), path.endsWith('/') ? '' : basename(path)];
  const above = path.endsWith('/') ? path : folder;
  return namesIn(above)
    .filter((name) => name.startsWith(begin) && !name.startsWith('.'))
    .sort()
    .map((name) => join(above, name))
    .filter(isDirectory)
    .slice(0, mostOfPattern);
}

function queueIn(
  queue: QueueDirectory['queue'],
  path: string,
  problems: string[],
): QueueDirectory[] {
  const sub = (name: string) => (isDirectory(join(path, name)) ? join(path, name) : path);
  const [controls, bodies] = [sub('qf'), sub('df')];
  try {
    const {uid, gid, mode} = fs.statSync(controls);
    const strangers = (mode & 0o002) === 0 ? 'mayNotWrite' : 'mayWrite';
    fs.accessSync(controls, fs.constants.R_OK | fs.constants.X_OK);
    return [{queue, controls, bodies, uid, gid, strangers}];
  } catch (error) {
    problems.push((error as Error).message);
    return [];
  }
}

function whyNone({path, isPattern}: QueuePath): string {
  const above = isPattern ? dirname(`${path}x`) : path;
  try {
    fs.readdirSync(above);
    return `${path}: no such queue`;
  } catch (error) {
    return (error as Error).message;
  }
}

const isDirectory = (path: string): boolean => {
  try {
    return fs.statSync(path).isDirectory();
  } catch {
    return false;
  }
};

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}
