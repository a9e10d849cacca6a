/**
 * A relay whose sendmail logs as much as it can: grammar/sendmail.mc with a LogLevel, maps that
 * refuse by name, names for clients, a next hop and a milter. scenarios.ts has what clients
 * send.
 */
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Client} from '../client.js';
import {Lab} from '../lab.js';
import {labDir} from '../paths.js';
import {clients, idents, NEXT_HOP, ptrNames} from './clients.js';

export type LogLevel = 9 | 10 | 14 | 15;
export type GrammarOptions = {
  id: string;
  logLevel: LogLevel;
  stamps?: 'rfc3339' | 'bsd';
  mappedIpv4?: boolean;
  /** `fails`: a client surely has no name; `unknown`: the DNS does not answer */
  reverse?: 'fails' | 'unknown';
  /** `novrfy,noetrn`: such commands are refused, and logged as refused */
  privacy?: string;
};
/** The machine of all clients; it has an address for each scenario. */
export const CROWD = 'crowd';

/** The access map: which clients, senders and recipients are refused, and how. */
const access = `
GreetPause:${clients.hasty}	700
Connect:${clients.rejected}	REJECT
Connect:${clients.noReverse}	ERROR:5.7.1:"550 Fix reverse DNS for ${clients.noReverse}"
ClientRate:${clients.rate}	2
ClientConn:${clients.crowded}	1
Srv_Features:${clients.novrfy}	X
From:spammer@example.org	REJECT
From:held@example.org	QUARANTINE:held back
From:bounce@example.org	ERROR:5.1.1:"550 User unknown"
To:gone@listed.example	ERROR:5.1.1:"550 User unknown"
To:gone1@listed.example	ERROR:5.1.1:"550 User unknown"
To:gone2@listed.example	ERROR:5.1.1:"550 User unknown"
To:nouser@listed.example	ERROR:5.1.1:"550 No such user here"
To:disabled@example.net	REJECT
To:ghostly@listed.example	DISCARD
To:later@listed.example	ERROR:4.2.0:"450 Try again"
`;
const virtusers = `
nosuch@virtual.example	error:nouser No such user here
nosuch2@virtual.example	error:nouser 550 No such user here
gone@virtual.example	error:5.1.1:550 User unknown
alice@virtual.example	alice
`;
const mailers = `
next.example	esmtp:[${NEXT_HOP}]
listed.example	esmtp:[${NEXT_HOP}]
dead.example	esmtp:[192.0.2.11]
example.org	esmtp:[${NEXT_HOP}]
`;
/** Accepted at RCPT. Only delivery shows that a member is gone. */
const aliases = 'milter-to: alice\nmilter-to2: bob\nteam: alice, goneuser\n';
const sasl = 'pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: CRAM-MD5 LOGIN PLAIN\n';

/** The next hop's answer to ghosts. It is hostile, and names another victim's address. */
export const NEXT_HOP_REFUSAL = '550 5.1.1 <x>... User unknown, relay=[198.51.100.66], stat=Sent';

export async function startGrammarLab(options: GrammarOptions): Promise<Lab> {
  const {id, logLevel, stamps, mappedIpv4 = false, privacy = 'authwarnings'} = options;
  const lab = await Lab.start({
    id,
    services: false,
    mappedIpv4,
    clients: {innocent: 10, [CROWD]: 11, next: 30},
  });
  const {relay} = lab;
  await relay.append('/etc/hosts', ptrNames.map(([ip, name]) => `${ip} ${name}\n`).join(''));
  await relay.write('/etc/host.conf', 'multi off\n'); // otherwise a forged name has both addresses
  await relay.write('/etc/hosts.allow', '');
  await relay.write('/etc/hosts.deny', `sendmail: ${clients.wrapped}\n`);
  const hosts = options.reverse === 'fails' ? 'files' : 'files dns'; // no DNS server answers
  const nss = await relay.read('/etc/nsswitch.conf');
  await relay.write('/etc/nsswitch.conf', nss.replace(/^hosts:.*$/m, `hosts: ${hosts}`));
  await relay.append('/etc/mail/aliases', aliases);
  await relay.sh('newaliases');
  // Debian installs the key readable by a group, which sendmail refuses
  await relay.sh('chmod', ['600', '/etc/mail/tls/sendmail-common.key']);
  for (const [file, text] of Object.entries({
    access,
    virtusertable: virtusers,
    mailertable: mailers,
  })) {
    await relay.write(`/etc/mail/${file}`, text);
    await relay.sh('makemap', ['hash', `/etc/mail/${file}`], {input: text});
  }
  await relay.write('/etc/mail/sasl/Sendmail.conf.2', sasl);
  await relay.sh('saslpasswd2', ['-c', '-p', '-u', 'relay.example.net', 'alice'], {
    input: 'secret',
  });
  const mc = await readFile(join(labDir, 'grammar/sendmail.mc'), 'utf8');
  const submit = await relay.read('/etc/mail/submit.cf');
  const files = 'O ServiceSwitchFile=/etc/mail/service.switch-nodns';
  await relay.write('/etc/mail/submit.cf', submit.replace(/^#O ServiceSwitchFile=.*$/m, files));
  await relay.write(
    '/etc/mail/grammar.mc',
    mc.replace('@LEVEL@', String(logLevel)).replace('@PRIVACY@', privacy),
  );
  await relay.write('/etc/mail/sendmail.cf', await relay.sh('m4', ['/etc/mail/grammar.mc']));
  const crowd = lab.client(CROWD);
  await crowd.addAddresses(Object.values(clients));
  await equip(crowd, lab.client('next'));
  await lab.startSyslog(stamps);
  await lab.startSendmail(mappedIpv4);
  return lab;
}

async function equip(crowd: Client, next: Client): Promise<void> {
  await Promise.all([
    ...idents.map(({address, system, user}) => crowd.answerIdent(address, system, user)),
    next.receiveMail(NEXT_HOP, NEXT_HOP_REFUSAL),
    next.filterMail(NEXT_HOP, 8891),
  ]);
}
