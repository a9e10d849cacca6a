/**
 * Holding and releasing the mailer's queue from within the sandbox of the unit with the example queue.conf, on a real
 * Debian that has booted with systemd: sendmail may do there what it needs, and nothing else is opened.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {until} from './lab/until.js';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {root} from './lab/paths.js';
import {MailGuest} from './package/mail-guest.js';
import {requirePackageLab} from './package/require.js';

const queueConf = readFileSync(join(root, 'init/queue.conf'), 'utf8');

const {describe, guestRoot} = await requirePackageLab();

describe('the queue, from within the unit', () => {
  let guest: MailGuest;

  beforeAll(async () => {
    guest = await MailGuest.boot(guestRoot);
    // One in the queue of the relay, and one of a user in the queue of the submission.
    await guest.shell(`set -e
      mail() { printf 'Subject: held\\n\\nbody\\n'; }
      mail | /usr/sbin/sendmail-mta -Am -odq -f anna@example.org bob@example.com
      mail | setpriv --reuid=games --regid=games --clear-groups /usr/sbin/sendmail -odq bob@example.com`);
  });

  afterAll(() => (guest as MailGuest | undefined)?.stop());

  const queued = async (): Promise<string[]> => {
    const listed = await guest.shell('cd /var/spool; ls mqueue mqueue-client');
    return [...listed.matchAll(/^([qh]f)\w{14,}$/gm)].map((match) => match[1] ?? '');
  };

  test('both messages wait', async () => {
    expect(await queued()).toEqual(['qf', 'qf']);
  });

  test('as the unit is shipped, nothing is held, and each message says why', async () => {
    const said = await guest.inUnit('queue hold --older=0s');
    expect(said).toContain('held 0 messages');
    expect(await queued()).toEqual(['qf', 'qf']);
  });

  test('hold: sendmail quarantines them', async () => {
    const said = await guest.inUnit('queue hold --older=0s', undefined, queueConf);
    expect({said, queued: await queued()}).toMatchObject({queued: ['hf', 'hf']});
    expect(said).toContain('held 2 messages');
    await until('the log', async () =>
      (await guest.shell('journalctl -o cat -t sendmail -t sm-mta')).includes('quarantine='),
    );
  });

  test('a run of the queue leaves them alone; release lets them go', async () => {
    await guest.shell('/usr/sbin/sendmail-mta -Am -q; /usr/sbin/sendmail -Ac -q; sleep 1');
    expect(await queued()).toEqual(['hf', 'hf']);
    const said = await guest.inUnit('queue release --held', undefined, queueConf);
    expect({said, queued: await queued()}).toMatchObject({queued: ['qf', 'qf']});
  });

  test('nothing else of the mailer can be written there', async () => {
    const said = await guest.inUnit(
      '',
      "node -e \"const fs=require('fs');for (const f of ['/etc/mail/x','/var/mail/x','/var/spool/x','/usr/sbin/x','/etc/x']) { try { fs.writeFileSync(f, ''); console.log('WRITTEN', f); } catch (e) { console.log(e.code, f); } }\"",
      queueConf,
    );
    expect(said).not.toContain('WRITTEN');
    expect(said.match(/^(?:EROFS|EACCES) /gm)).toHaveLength(5);
  });
});
