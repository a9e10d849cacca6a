/** What the status says of a log that cannot be read at the moment. */
import {expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {Ear} from '../../../src/hearing/live/ear.js';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();

test('a log that is gone, perhaps for a rotation: the status says at once that the daemon waits', () => {
  const log = join(newDir(), 'mail.log');
  fs.writeFileSync(log, '');
  const ear = new Ear({
    dialect: sendmail,
    wanted: {names: ['sm-mta'], host: undefined, namesAre: 'auto'},
    plan: {files: [log], journal: 'left'},
    sourcesAre: 'named',
    positionOf: () => undefined,
    ports: [],
    say: () => undefined,
  });
  const end = new AbortController();
  ear.listen(end.signal);
  expect(ear.view().sources).toMatchObject([{verdict: 'quiet', notes: []}]);
  fs.rmSync(log);
  expect(ear.view().sources).toMatchObject([
    {verdict: 'quiet', notes: ['waits for it: no such file']},
  ]);
  fs.writeFileSync(log, '');
  expect(ear.view().sources).toMatchObject([{verdict: 'quiet', notes: []}]);
  end.abort();
});
