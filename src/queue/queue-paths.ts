/**
 * Reads from sendmail.cf or submit.cf where the queues lie: `O QueueDirectory`, and the path of each
 * queue group. Decides nothing about which of the directories exist; `sys/queue/directories.ts` looks.
 */

/** A directory, or with `*` at its end all directories that begin so. */
export interface QueuePath {
  readonly path: string;
  readonly isPattern: boolean;
}

interface QueuePaths {
  readonly paths: readonly QueuePath[];
  /** Paths that could not be found out, each with the reason. */
  readonly problems: readonly string[];
}

/** Queue groups that are read. A count: sendmail itself knows 50 (conf.h MAXQUEUEGROUPS). */
const mostGroups = 50;
/** Longest quotation of a path. Characters. */
const quotedCharacters = 200;

/** `O QueueDirectory=/var/spool/mqueue/q*`, or `OQ/var/spool/mqueue` of 8.6. The last one counts. */
const optionLine = /^O(?: *QueueDirectory *= *|Q)(\/[^\s,]{0,4000})\s*$/i;
/** `Qbulk, P=/var/spool/mqueue/b*, F=f, R=2`. */
const groupLine = /^Q([A-Za-z]\w{0,63})\s*(?:,|$)/;
const pathField = /,\s*P(?:ath)?\s*=\s*([^,\s]{1,4000})/i;

export function queuePathsOf(cf: string): QueuePaths {
  let main: string | undefined;
  const groups: string[] = [];
  for (const line of logicalLines(cf)) {
    main = optionLine.exec(line)?.[1] ?? main;
    const path = groupLine.test(line) ? pathField.exec(line)?.[1] : undefined;
    if (path !== undefined && groups.length < mostGroups) groups.push(path);
  }
  if (main === undefined) return {paths: [], problems: ['no O QueueDirectory=PATH in it']};
  const base = main.endsWith('*') ? main.slice(0, main.lastIndexOf('/')) : main;
  const all = [main, ...groups.map((path) => (path.startsWith('/') ? path : `${base}/${path}`))];
  // A macro is expanded by sendmail alone, and a `*` in the middle is no pattern of it.
  const isPlain = (path: string): boolean => !/\$|\*./.test(path) && !path.includes('/../');
  return {
    paths: [...new Set(all.filter(isPlain))].map((path) =>
      path.endsWith('*') ? {path: path.slice(0, -1), isPattern: true} : {path, isPattern: false},
    ),
    problems: all
      .filter((path) => !isPlain(path))
      .map((path) => `${path.slice(0, quotedCharacters)}: expected a plain path of a queue`),
  };
}

/** A line that begins with a blank goes on with the one before (cf/README; readcf.c fgetfolded()). */
const logicalLines = (cf: string): string[] => cf.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
