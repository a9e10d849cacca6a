/**
 * Complaints of the installed package, from within the sandbox of its unit: a guesser is blocked, a registry and
 * a name server of the guest say whom to tell, the letter goes out by the guest's sendmail, and a bounce comes
 * back by an alias. Steps in the life of a machine that has the package, and clients in a network of their own.
 */
import {expect, test} from '@jest/globals';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {labDir, root} from '../../lab/paths.js';
import {until} from '../../lab/until.js';
import type {Guest} from '../guest.js';

const settings = '/etc/blocksmtp/blocksmtp.toml';
const configured = (mode: 'ask' | 'send'): string => `complaints = "${mode}"
complaint_from = "security@example.net"
complaint_after = 1
complaint_delay = "1s"
complaint_letters = "/usr/share/doc/blocksmtp/examples/letters"
rdap_bootstrap = "/etc/blocksmtp/rdap.json"
contact_zone = "contacts.example.net"
`;
/** The registry knows two networks; of the third only the contact zone does. */
const bootstrap = {
  services: [[['192.0.2.0/24', '198.51.100.0/24'], ['http://127.0.0.1:8053/']]],
};
const zoneMailbox = 'desk@example.com';

/** The relay, which sends all mail for others to a sink; whom to tell; and clients of three networks. */
const world = `set -e
  for net in 198.51.100 203.0.113; do ip route add $net.0/24 dev relay0; done
  for address in 192.0.2.66/24 198.51.100.66/32 203.0.113.66/32; do
    ip -netns client address add $address dev client0
  done
  ip -netns client link set lo up
  server() { systemd-run --quiet --unit $1 --property StandardOutput=append:/run/$1 \\
    /usr/bin/node /run/$1.mjs $2 $3 $4; }
  server registry
  server names 66.113.0.203.contacts.example.net ${zoneMailbox}
  server sink 2525 take ${zoneMailbox}
  echo 'nameserver 127.0.0.1' >/etc/resolv.conf
  cp /etc/mail/sendmail.cf /run/sendmail.cf
  mkdir -p /etc/mail/smrsh
  ln -s /usr/sbin/blocksmtp /etc/mail/smrsh/blocksmtp
  cp /etc/mail/aliases /run/aliases
  echo 'security: "|blocksmtp complain answer"' >>/etc/mail/aliases
  newaliases >/run/newaliases
  smrsh=$(find /usr/lib /usr/libexec -name smrsh -type f -perm /111 | head -n 1)
  sed -i -e 's/^DS.*/DSrelay:[127.0.0.1]/; s/^\\(\\s*A=TCP \\$h\\)$/\\1 2525/' \\
    -e "/^Mprog/,/^$/s|P=/bin/sh|P=$smrsh|" /etc/mail/sendmail.cf
  grep -q '^Mprog.*smrsh' /etc/mail/sendmail.cf
  for unit in registry names sink; do
    for i in $(seq 450); do grep -q ready /run/$unit && break; sleep 0.1; done
  done
  systemd-run --quiet --unit relay --property Type=forking /usr/sbin/sendmail-mta -Am -L sm-mta -bd -q10m`;

/** What the tests after these find as it was before them. */
const undone = `set -e
  systemctl stop relay registry names sink
  for address in 192.0.2.66 198.51.100.66 203.0.113.66; do blocksmtp unblock $address; done
  cp /run/settings-before ${settings}
  mv /run/sendmail.cf /etc/mail/sendmail.cf
  mv /run/aliases /etc/mail/aliases
  rm -r /etc/mail/smrsh/blocksmtp /etc/blocksmtp/rdap.json
  blocksmtp reload`;

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly lines: readonly string[];
}

interface Row {
  readonly id: string;
  readonly network: string;
  readonly mailbox: string;
  readonly step: string;
  readonly why: string;
}

/** @param guestOf it has booted when the first of these tests begins */
export function complaintSteps(guestOf: () => Guest): void {
  let scripts = 0;
  const shell = async (text: string): Promise<string> => {
    scripts += 1;
    const file = `/run/complaints-${String(scripts)}.sh`;
    await guestOf().write(file, text);
    return guestOf().must(`sh ${file}`);
  };
  /** Each client guesses in one session, all at the same time. */
  const guess = (...clients: string[]): Promise<string> => {
    const visit = (client: string): string =>
      `ip netns exec client node /run/visitor.mjs ${client} 0 60 100 0 >/run/${client} &`;
    return shell(`${clients.map(visit).join('\n')}\nwait`);
  };
  const mails = async (): Promise<Mail[]> => {
    const lines = (await guestOf().must('cat /run/sink')).split('\n');
    return lines.filter((line) => line !== 'ready').map((line) => JSON.parse(line) as Mail);
  };
  const rows = async (): Promise<Row[]> => {
    const {code, out} = await guestOf().run('blocksmtp complaints --json');
    return code === 0 ? (JSON.parse(out) as {complaints: Row[]}).complaints : [];
  };
  const rowOf = (network: string, step: string): Promise<Row> =>
    until(`${network} to be ${step}`, async () =>
      (await rows()).find((each) => each.network === network && each.step === step),
    );
  const said = (): Promise<string> => guestOf().must('journalctl -u blocksmtp -o cat');
  const dies = async (): Promise<void> => {
    const show = (property: string): Promise<string> =>
      guestOf().must(`systemctl show --value --property ${property} blocksmtp`);
    const before = await show('MainPID');
    await guestOf().must(`kill -KILL ${before}`);
    await until('the restart', async () => !['0', before].includes(await show('MainPID')));
    // The commands that only show answer without a daemon too: that they answer proves nothing.
    await until('the next one to be ready', async () => (await show('ActiveState')) === 'active');
  };

  test('ask: the contact is found from within the sandbox, and nothing leaves', async () => {
    for (const [file, from] of [
      ['sink.mjs', labDir],
      ['registry.mjs', labDir],
      ['names.mjs', join(root, 'test/system/package/complaints')],
      ['visitor.mjs', join(root, 'test/system/package')],
    ] as const)
      await guestOf().write(`/run/${file}`, readFileSync(join(from, file), 'utf8'));
    await guestOf().write('/etc/blocksmtp/rdap.json', JSON.stringify(bootstrap));
    await shell(world);
    await guestOf().must(`cp ${settings} /run/settings-before`);
    await guestOf().write(settings, configured('ask'));
    await guestOf().must('blocksmtp reload');
    await guess('192.0.2.66', '203.0.113.66');
    expect(await rowOf('192.0.2.0/25', 'composed')).toMatchObject({
      mailbox: 'abuse-192-0-2-0@example.com',
    });
    expect(await rowOf('203.0.113.0/24', 'composed')).toMatchObject({mailbox: zoneMailbox});
    expect(await mails()).toEqual([]);
  });

  test('killed, the daemon has both letters; sent, each goes out once, and a bounce comes back', async () => {
    await dies();
    await rowOf('192.0.2.0/25', 'composed');
    await guestOf().must('blocksmtp complain --send --yes');
    const {id} = await rowOf('192.0.2.0/25', 'handed');
    const [mail] = await until('the letter', async () => (await mails()).length > 0 && mails());
    expect(mail).toMatchObject({
      from: `security+bounce-${id}@example.net`,
      to: ['abuse-192-0-2-0@example.com'],
    });
    expect(mail?.lines).toContain('From: security@example.net');
    expect(
      mail?.lines.filter((line) => /^192\.0\.2\.66 .*blocked 1 time$/.test(line)),
    ).toHaveLength(1);
    const {why} = await rowOf('203.0.113.0/24', 'bounced');
    expect(why).toMatch(/^5\.1\.1 .*User unknown/);
  });

  test('send: after a restart and a kill the next network is reported by itself, and no network a second time', async () => {
    await guestOf().write(settings, configured('send'));
    await guestOf().must('systemctl restart blocksmtp');
    await dies();
    await until('an answer', async () => (await rows()).length > 0);
    await guess('198.51.100.66');
    await rowOf('198.51.100.0/25', 'handed');
    const told = await until('the letter', async () => (await mails()).length > 1 && mails());
    expect(told.map(({to}) => to)).toEqual([
      ['abuse-192-0-2-0@example.com'],
      ['abuse-198-51-100-0@example.com'],
    ]);
    expect((await rows()).map(({network, step}) => `${network} ${step}`).sort()).toEqual([
      ...['192.0.2.0/25 handed', '198.51.100.0/25 handed', '203.0.113.0/24 bounced'],
    ]);
    expect(await said()).not.toMatch(/EPERM|EACCES|EROFS|read-only|complaints: .*cannot/i);
    await shell(undone);
  });
}
