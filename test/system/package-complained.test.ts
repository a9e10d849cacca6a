/**
 * The sweep of a Maildir as the sample unit runs it, on a real Debian that has booted with systemd: from
 * within its sandbox it becomes the owner, asks clamd, reads the journal, and moves the message.
 */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {root} from './lab/paths.js';
import {MailGuest} from './package/mail-guest.js';
import {requirePackageLab} from './package/require.js';

const unitOf = (kind: string): string =>
  readFileSync(join(root, `init/blocksmtp-complained@.${kind}`), 'utf8');

const {describe, guestRoot} = await requirePackageLab();

const mark = 'blocksmtp-test-signature';
const instance = 'blocksmtp-complained@home-alice-Maildir';

describe('the sample timer and service', () => {
  let guest: MailGuest;

  beforeAll(async () => {
    guest = await MailGuest.boot(guestRoot);
    await guest.shell(`set -e
      printf 'Test.Mark:0:*:${Buffer.from(mark).toString('hex')}\\n' >/var/lib/clamav/test.ndb
      install -d -o clamav -g clamav /run/clamav
      systemd-run --quiet --unit clamd clamd --foreground
      install -m 755 /mnt/package/blocksmtp.js /usr/sbin/blocksmtp
      mkdir -p /etc/blocksmtp
      printf '%s\\n' 'complaint_virus_names = "*.UNOFFICIAL"' 'syslog_msgs_file = "journal"' \\
        >/etc/blocksmtp/blocksmtp.toml
      : >/etc/blocksmtp.whitelist
      cat >/run/systemd/system/blocksmtp-complained@.service <<'END'
${unitOf('service')}
END
      cat >/run/systemd/system/blocksmtp-complained@.timer <<'END'
${unitOf('timer')}
END
      systemctl daemon-reload
      chmod 700 /home/alice
      su alice -c 'mkdir -p ~/Maildir/cur ~/Maildir/new ~/Maildir/tmp'
      cat >/run/send <<'END'
exec 3<>/dev/tcp/192.0.2.1/25
answer() { while read -r line <&3; do case $line in [0-9][0-9][0-9]" "*) break;; esac; done; }
say() { printf '%s\\r\\n' "$1" >&3; answer; }
answer
say 'HELO x'
say 'MAIL FROM:<a@example.org>'
say 'RCPT TO:<alice@example.net>'
say DATA
printf 'Subject: mark\\r\\n\\r\\n${mark}\\r\\n' >&3
say .
say QUIT
END
      ip netns exec client bash /run/send
      for i in $(seq 450); do grep -q ${mark} /var/mail/alice 2>/dev/null && break; sleep 0.1; done
      for i in $(seq 450); do test -S /run/clamav/clamd.ctl && break; sleep 0.1; done
      sed 1d /var/mail/alice >"/home/alice/Maildir/new/$(date +%s).M1.relay"
      chown alice:alice /home/alice/Maildir/new/*`);
  });

  afterAll(() => (guest as MailGuest | undefined)?.stop());

  test('the name of the instance is the escaped path', async () => {
    const escape =
      'systemd-escape --path --template=blocksmtp-complained@.timer /home/alice/Maildir';
    expect((await guest.shell(escape)).trim()).toBe(`${instance}.timer`);
    await guest.shell(`systemctl start ${instance}.timer`);
    expect(await guest.shell('systemctl list-timers --no-pager')).toContain(instance);
  });

  test('the message is found, verified by the journal, and stays while no contact can be found', async () => {
    await guest.shell(`systemctl start ${instance}.service; sync`);
    const said = await guest.shell(`journalctl -o cat -u ${instance}.service`);
    expect(said).toContain(': Test.Mark.UNOFFICIAL');
    expect(said).toMatch(/verified: 192\.0\.2\.\d+ handed it in as \w+ at \S+ \(the journal\)/);
    // No registry and no name server answers in the guest: it stays for the next sweep.
    expect(said).toContain('to: not known yet: ');
    expect((await guest.shell('ls /home/alice/Maildir/new')).trim()).not.toBe('');
  });
});
