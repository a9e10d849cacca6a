/** A relay in the lab with Debian's postfix, whose postscreen waits as our gate does. It is no sample to copy. */
import {copyFile, mkdir, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import {rootFileSystem} from '../../system/lab/available.js';
import {Lab} from '../../system/lab/lab.js';
import {root} from '../../system/lab/paths.js';
import {until} from '../../system/lab/until.js';

/** Everything else is off. Postscreen's teaser line before the greeting, which some bots answer, stays on as shipped. */
const mainCf = (waitSeconds: number): string => `
compatibility_level = 3.6
maillog_file = /var/log/postfix.log
myhostname = relay.example.net
mydestination = example.net
local_recipient_maps =
smtpd_peername_lookup = no
inet_interfaces = all
default_database_type = hash
alias_maps =
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
default_process_limit = 500
postscreen_access_list =
postscreen_client_connection_count_limit = 0
postscreen_pre_queue_limit = 5000
postscreen_greet_wait = ${waitSeconds}s
postscreen_greet_action = enforce
postscreen_cache_map = DATABASE:/var/lib/postfix/postscreen_cache
`;

const masterCf = `
smtp      inet  n  -  n  -  1  postscreen
smtpd     pass  -  -  n  -  -  smtpd
dnsblog   unix  -  -  n  -  0  dnsblog
tlsproxy  unix  -  -  n  -  0  tlsproxy
pickup    unix  n  -  n  60 1  pickup
cleanup   unix  n  -  n  -  0  cleanup
qmgr      unix  n  -  n  300 1  qmgr
rewrite   unix  -  -  n  -  -  trivial-rewrite
bounce    unix  -  -  n  -  0  bounce
defer     unix  -  -  n  -  0  bounce
proxymap  unix  -  -  n  -  -  proxymap
anvil     unix  -  -  n  -  1  anvil
local     unix  -  n  n  -  -  local
error     unix  -  -  n  -  -  error
postlog   unix-dgram n - n  -  1  postlogd
`;

/** @param dir where packages are kept. @throws when there is no such package, or it does not start */
export async function startPostscreen(dir: string, waitSeconds: number): Promise<Lab> {
  const debs = join(dir, 'postfix');
  await mkdir(debs, {recursive: true});
  if ((await readdir(debs)).length === 0) {
    const script = join(root, 'test/bench/greeting/debs.sh');
    await execa(script, [await rootFileSystem(), debs, 'postfix']);
  }
  const lab = await Lab.start({id: 'bench-postscreen', services: false, clients: {crowd: 40}});
  const {relay} = lab;
  for (const deb of await readdir(debs)) {
    await copyFile(join(debs, deb), relay.path(`/tmp/${deb}`));
    await relay.sh('dpkg', ['-x', `/tmp/${deb}`, '/'], {timeoutMs: 60_000});
  }
  await relay.sh('sh', [
    '-ec',
    `ldconfig
    groupadd -r postdrop; useradd -r -M -s /usr/sbin/nologin postfix
    mkdir -p /var/lib/postfix /var/spool/postfix /var/log
    chown postfix /var/lib/postfix
    cp -n /usr/share/postfix/main.cf.debian /etc/postfix/main.cf 2>/dev/null || : >/etc/postfix/main.cf
    ls /etc/postfix /usr/share/postfix >&2`,
  ]);
  await relay.write('/etc/postfix/main.cf', mainCf(waitSeconds));
  await relay.write('/etc/postfix/master.cf', masterCf);
  const kinds = (await relay.sh('postconf', ['-m'])).split('\n');
  const database = ['btree', 'lmdb'].find((kind) => kinds.includes(kind)) ?? 'btree';
  await relay.write(
    '/etc/postfix/main.cf',
    mainCf(waitSeconds).replace('DATABASE', database).replace('= hash', `= ${database}`),
  );
  await relay.run('postfix', ['set-permissions']);
  await relay.sh('postfix', ['start'], {timeoutMs: 60_000});
  await until('postscreen to listen', async () =>
    (await relay.sh('ss', ['-Hltn', 'sport = :25'])).includes(':25'),
  );
  return lab;
}
