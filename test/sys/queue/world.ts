/** Queues in a directory of their own, with the configuration that names them. */
import {chmodSync, chownSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {MailerFiles} from '../../../src/sys/queue/directories.js';

export interface QueueWorld {
  readonly files: MailerFiles;
  readonly path: (...parts: string[]) => string;
  readonly put: (where: string, id: string, lines?: readonly string[], body?: string) => void;
}

const standard = (id: string): string[] => [
  ...['V8', 'T1795965523', 'K0', 'N0', 'P90509', 'Fs', '$_mail.example.org [192.0.2.66]'],
  ...['S<anna@example.org>', 'RPFD:<bob@example.net>', `H??Subject: ${id}`],
];

/** Two directories of a pattern, one of them split; a group; and a queue of the submission. */
export function queueWorld(folder: string): QueueWorld {
  const path = (...parts: string[]): string => join(folder, ...parts);
  for (const name of ['mqueue/q1', 'mqueue/q2/qf', 'mqueue/q2/df', 'mqueue/bulk', 'client']) {
    mkdirSync(path(name), {recursive: true});
    chmodSync(path(name), 0o750);
  }
  const main = `O QueueDirectory=${path('mqueue')}/q*\nQbulk, P=${path('mqueue')}/bulk\n`;
  writeFileSync(path('sendmail.cf'), main);
  writeFileSync(path('submit.cf'), `O QueueDirectory=${path('client')}\n`);
  return {
    files: {relay: [path('none.cf'), path('sendmail.cf')], submission: [path('submit.cf')]},
    path,
    put: (where, id, lines = standard(id), body = `body of ${id}\n`) => {
      const bodies = where.endsWith('/qf') ? where.replace(/qf$/, 'df') : where;
      writeFileSync(path(where, `qf${id}`), `${lines.join('\n')}\n.\n`);
      writeFileSync(path(bodies, `df${id}`), body);
    },
  };
}

/** As what a user has handed in: the file is the user's, the group that of the queue. */
export function giveTo(uid: number, gid: number, ...paths: string[]): void {
  for (const each of paths) chownSync(each, uid, gid);
}
