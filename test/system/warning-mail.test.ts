/** A warning by mail, through a real sendmail into a real mailbox. */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {bundleWhole} from '../support/child.js';
import {Lab} from './lab/lab.js';
import type {Relay} from './lab/relay.js';
import {requireLab} from './lab/require.js';

const {describe} = await requireLab();

describe('a warning by mail', () => {
  const folder = mkdtempSync(join(tmpdir(), 'blocksmtp-mail-'));
  let relay: Relay;

  beforeAll(async () => {
    ({relay} = await Lab.start({id: 'mail'}));
    await relay.write(
      '/var/tmp/warn.mjs',
      readFileSync(bundleWhole(folder, 'test/system/lab/warn.ts'), 'utf8'),
    );
  }, 300_000);
  afterAll(async () => {
    rmSync(folder, {recursive: true, force: true});
    await Lab.stopAll();
  });

  test.each(['alice', 'alice@relay.example.net'])('reaches %s', async (address) => {
    const said = await relay.sh('node', ['/var/tmp/warn.mjs', address]);
    // Nothing but the warning itself: it was taken.
    expect(said.split('\n')).toEqual([expect.stringContaining('SMTP to 203.0.113.9:25')]);
    const box = await relay.mailbox('alice', `for <${address}>`);
    expect(box).toMatch(/^From: blocksmtp <blocksmtp@relay\.example\.net>$/m);
    expect(box).toMatch(
      /^Subject: \[relay\.example\.net\] \/usr\/bin\/perl speaks SMTP to 203\.0\.113\.9:25$/m,
    );
    expect(box).toContain('/usr/bin/perl (script /tmp/??.??x.pl), pid 4711, user www-data');
  });
});
