/** The texts that are mutated: real lines of a real sendmail, and output of other programs and of the kernel. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

const data = 'test/data';

/** One character is one byte. */
const linesOf = (path: string): string[] =>
  readFileSync(join(data, path), 'latin1')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(data, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

/** Whole lines of logs, with stamp and host. */
export const logLines: readonly string[] = [
  ...linesOf('framings.txt').filter((line) => !line.startsWith('=> ')),
  ...['sendmail-8.18.1-bsd.log', 'sendmail-8.18.1-rfc3339.log'].flatMap(linesOf),
  ...[...filesIn('recorded', '.log'), ...filesIn('verdicts', '.log')].flatMap(linesOf),
];

/** A message of each kind that is read, and of many kinds that are not. */
export const messages: readonly string[] = linesOf('sendmail-messages.txt').filter(
  (line) => !line.startsWith('=> '),
);

export const journalEntries: readonly string[] = [
  ...linesOf('journal-sendmail-8.18.1.jsonl'),
  ...linesOf('journal-odd-entries.jsonl'),
];

/** Output of iptables-save for tables as people have them. */
export const filterTables: readonly string[] = filesIn('iptables', '.save').map((path) =>
  readFileSync(join(data, path), 'latin1'),
);
