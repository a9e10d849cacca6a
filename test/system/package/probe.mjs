// Started by package.test.ts in the sandbox of our unit, in place of the daemon: tries each thing
// that the daemon has to be able to do there, and some that it must not, and prints the failures.
import {execFileSync} from 'node:child_process';
import {readFileSync, readlinkSync, writeFileSync} from 'node:fs';

const [other, secret] = process.argv.slice(2);
const {STATE_DIRECTORY: state, RUNTIME_DIRECTORY: runtime, LOGS_DIRECTORY: logs} = process.env;
const failures = [];

function can(what, action) {
  try {
    action();
  } catch (error) {
    failures.push(`cannot ${what}: ${error.message}`);
  }
}
function cannot(what, action) {
  try {
    action();
  } catch {
    return;
  }
  failures.push(`can ${what}`);
}
const run = (file, args, input = '') => execFileSync(file, args, {input, stdio: 'pipe'});

can('see whose socket it is', () => readlinkSync(`/proc/${other}/fd/0`));
can('read the socket table of a process', () => readFileSync(`/proc/${other}/net/tcp6`));
can('signal a process of another user', () => process.kill(Number(other), 'SIGCONT'));
can('read a log of another owner', () => readFileSync(secret));
for (const tool of ['iptables', 'ip6tables']) {
  const batch = '*filter\n:PROBE - [0:0]\n-A PROBE -p tcp -m tcp --dport 25 -j DROP\nCOMMIT\n';
  can(`use ${tool}`, () => {
    run(`${tool}-restore`, ['--noflush', '-w', '5'], batch);
    run(tool, ['-w', '5', '-F', 'PROBE']);
    run(tool, ['-w', '5', '-X', 'PROBE']);
  });
}
// What iptables-legacy does first; the kernel here may have no legacy tables to try more.
can('take the xtables lock', () => run('flock', ['--nonblock', '/run/xtables.lock', 'true']));
can('lock the state', () => run('flock', ['--nonblock', `${state}/probe`, 'true']));
can('write to syslog', () => run('logger', ['-t', 'probe', 'hello']));
can('write to its run directory', () => writeFileSync(`${runtime}/probe`, ''));
can('write to its log directory', () => writeFileSync(`${logs}/probe`, ''));
can('compile at run time', () => new Function('return 1')());
cannot('write elsewhere', () => writeFileSync('/etc/elsewhere', ''));
cannot('write to another log', () => writeFileSync('/var/log/elsewhere', ''));
cannot('become another user', () => run('setpriv', ['--reuid=65534', 'true']));

process.stdout.write(`${failures.join('\n') || 'all as it should be'}\n`);
