/** The ports at which the mailer takes connections, of real sockets in a network of their own. */
import {afterEach, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {bundle, type Child, start} from '../../../support/child.js';
import {describeInNamespace} from '../../../support/kernel/namespace.js';
import {tempDirs, until} from '../../../support/temp.js';

const newDir = tempDirs();
const started: Child[] = [];
afterEach(() => {
  for (const {process} of started.splice(0)) process.kill('SIGKILL');
});

const look = `
  import {sendmail} from './src/mail/sendmail/dialect.js';
  import {listeningPorts} from './src/sys/proc/sockets/listeners.js';
  console.log('found ' + (await listeningPorts(sendmail)).join());`;

/** Listens at each \`ADDRESS=PORT\`. */
const listener = `
  use Socket qw(:all); my @kept;
  for (@ARGV) { my ($host, $port) = split /=/; my $six = $host =~ /:/;
    socket(my $s, $six ? AF_INET6 : AF_INET, SOCK_STREAM, 0) or die $!;
    setsockopt($s, IPPROTO_IPV6, IPV6_V6ONLY, 1) if $six;
    bind($s, $six ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $host)) : pack_sockaddr_in($port, inet_pton(AF_INET, $host))) or die $!;
    listen($s, 5); push @kept, $s }
  $| = 1; print "up\\n"; sleep 600;`;

describeInNamespace('listeningPorts', 'default', (namespace) => {
  test('of the mailer alone, and only where others reach it', async () => {
    const folder = newDir();
    fs.chmodSync(folder, 0o755); // for the user in it
    const sendmail = join(folder, 'sendmail');
    fs.copyFileSync('/usr/bin/perl', sendmail);
    namespace.run('ip', ['link', 'set', 'lo', 'up']);
    const listen = async (program: readonly string[], ...places: string[]): Promise<void> => {
      const [tool = '', ...rest] = program;
      const [first = '', ...words] = namespace.enter(tool, [...rest, '-e', listener, ...places]);
      const child = start(first, words);
      started.push(child);
      await until('a listener', () => child.output() === 'up\n');
    };
    const [node = '', ...words] = namespace.enter(process.execPath, [bundle(folder, look)]);
    const found = async (): Promise<string> => {
      const child = start(node, words);
      expect(await child.ended).toBe(0);
      return child.output();
    };

    expect(await found()).toBe('found \n');
    await listen([sendmail], '0.0.0.0=25', '::=587', '127.0.0.1=465', '::1=26');
    // Another program, and a user's.
    await listen(['/usr/bin/perl'], '0.0.0.0=2525');
    const asUser = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', sendmail];
    await listen(asUser, '0.0.0.0=2526');
    expect(await found()).toBe('found 25,587\n');
  });
});
