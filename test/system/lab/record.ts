/**
 * Records test/data/recorded anew: every scenario of grammar/ against a real sendmail, once for each
 * LogLevel, and once with classic stamps. Run by test/data/recorded/record.mjs, as root.
 */
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {ClientName} from './grammar/clients.js';
import {play} from './grammar/play.js';
import {startGrammarLab, type GrammarOptions} from './grammar/relay.js';
import {scenarios} from './grammar/scenarios.js';
import {Lab} from './lab.js';
import {root} from './paths.js';

/** At LogLevel 15 every command and every answer is a line: these show what there is to see. */
const few: readonly ClientName[] = [
  'sender',
  'secure',
  'guesser',
  'listed',
  'virtual',
  'novrfy',
  'milter',
  'hasty',
  'wizard',
  'aborter',
  'injectRecipient',
  'injectRuleset',
  'injectSender',
  'injectVrfy',
  'injectSign',
  'injectCommand',
  'split',
  'identOther',
];
const recordings: readonly (readonly [string, Omit<GrammarOptions, 'id'>])[] = [
  ['sendmail-8.18.1-ll9.log', {logLevel: 9, reverse: 'fails'}],
  ['sendmail-8.18.1-ll10.log', {logLevel: 10}],
  ['sendmail-8.18.1-ll15.log', {logLevel: 15, reverse: 'fails', privacy: 'novrfy,noetrn'}],
  [
    'sendmail-8.18.1-ll10-bsd.log',
    {logLevel: 10, stamps: 'bsd', mappedIpv4: true, privacy: 'novrfy,noetrn'},
  ],
];
const only = process.argv[2] ?? '';

try {
  for (const [file, options] of recordings.filter(([name]) => name.includes(only))) {
    const lab = await startGrammarLab({...options, id: `record-${file}`});
    const chosen =
      options.logLevel === 15 ? scenarios.filter((s) => few.includes(s.client)) : scenarios;
    await play(lab, chosen);
    const lines = await lab.relay.logLines();
    const ours = lines.filter((line) => / (?:sm-mta|sendmail|mail\.local)\[/.test(line));
    const path = join(root, 'test/data/recorded', file);
    await writeFile(path, ours.map((line) => `${line}\n`).join(''), 'latin1');
    process.stdout.write(`${file}: ${String(ours.length)} lines\n`);
    await lab.stop();
  }
} finally {
  await Lab.stopAll();
}
process.exit();
