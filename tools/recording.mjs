/**
 * `node tools/recording.mjs`: records what the built program does in its main job, as
 * `docs/demo.cast` (asciicast v2, for asciinema) and `docs/demo.svg` (the same as a moving picture).
 *
 * Every command really runs: in network, mount and host name namespaces of its own, with the real daemon
 * and the real iptables, on copies of `etc/` of this repository. Only the guesser is made up (the lines
 * are those of `etc/sample.log`, at the time of now), and so are the pauses and the speed of typing.
 * Needs root, unshare(1) and iptables. Nothing outside of the namespaces is changed.
 */
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {castOf, svgOf} from './recording-text.mjs';

const self = fileURLToPath(import.meta.url);
const root = join(self, '../..');
const program = join(root, 'dist/blocksmtp.js');

/** What is shown, in this order. `before`: what happens unseen, in the log. */
const steps = [
  {
    say: 'Replay an old log first: it changes nothing.',
    run: 'blocksmtp replay /var/log/mail.log.1',
  },
  {say: 'Now the daemon runs. Two clients guess names.', before: 'guess', run: 'blocksmtp list'},
  {say: 'Why is it blocked?', run: 'blocksmtp why 192.0.2.66'},
  {say: 'The kernel has the rule.', run: 'iptables -L SPAM_UNAME_GUESSERS -n'},
  {say: 'A mistake? Let it in.', run: 'blocksmtp unblock 192.0.2.66'},
];

/** A relay as it looks to the program: its own /etc, no state, an old log and an empty one. */
function furnish(scratch) {
  const mount = (...words) => execFileSync('mount', words);
  mount('-t', 'tmpfs', 'none', scratch);
  execFileSync('cp', ['-a', '/etc', join(scratch, 'etc')]);
  mount('--bind', join(scratch, 'etc'), '/etc');
  for (const folder of ['/run', '/var/lib', '/var/log']) mount('-t', 'tmpfs', 'none', folder);
  execFileSync('hostname', ['relay']);
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  mkdirSync(join(scratch, 'bin'));
  const wrapper = `#!/bin/sh\nexec ${process.execPath} --no-warnings ${program} "$@"\n`;
  writeFileSync(join(scratch, 'bin/blocksmtp'), wrapper, {mode: 0o755});
  mkdirSync('/etc/blocksmtp', {recursive: true});
  const settings = 'syslog_msgs_file = "/var/log/mail.log"\noutbound = "off"\n';
  writeFileSync('/etc/blocksmtp/blocksmtp.toml', settings);
  writeFileSync('/etc/blocksmtp.whitelist', '198.51.100.0/24\n');
  copyFileSync(join(root, 'etc/sample.log'), '/var/log/mail.log.1');
  writeFileSync('/var/log/mail.log', '');
}

/** The lines of the sample, with stamps and ids of this minute, as a syslogd would append them now. */
function guess() {
  const nowMinute = new Date().toISOString().slice(0, 16);
  const lines = readFileSync(join(root, 'etc/sample.log'), 'utf8');
  appendFileSync('/var/log/mail.log', lines.replaceAll(/^.{16}/gm, nowMinute));
}

async function inside(scratch) {
  furnish(scratch);
  const env = {
    ...process.env,
    PATH: `${join(scratch, 'bin')}:${process.env.PATH}`,
    LC_ALL: 'C.UTF-8',
  };
  const typed = (line) => {
    const {stdout, stderr} = spawnSync('sh', ['-c', line], {env, encoding: 'utf8'});
    return `${stdout}${stderr}`;
  };
  const [{say, run}, ...others] = steps;
  const shown = [{say, run, output: typed(run)}];
  const daemon = spawn('blocksmtp', ['run'], {env, stdio: 'ignore'});
  await until(() => typed('blocksmtp status').includes('follows'));
  for (const step of others) {
    if (step.before === 'guess') {
      guess();
      await until(() => typed('blocksmtp list').includes('192.0.2.66'));
    }
    shown.push({say: step.say, run: step.run, output: typed(step.run)});
  }
  daemon.kill('SIGTERM');
  process.stdout.write(JSON.stringify(shown));
}

async function until(isTrue) {
  for (let tries = 0; tries < 60; tries++) {
    if (isTrue()) return;
    await sleep(500);
  }
  throw new Error('the daemon does not come to that within half a minute');
}

if (process.argv[2] === '--inside') {
  await inside(process.argv[3]);
} else {
  const scratch = mkdtempSync(join(tmpdir(), 'blocksmtp-recording-'));
  const enter = ['--net', '--mount', '--uts', '--propagation', 'private'];
  const {status, stdout} = spawnSync(
    'unshare',
    [...enter, process.execPath, self, '--inside', scratch],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  rmSync(scratch, {recursive: true});
  if (status !== 0) throw new Error(`the commands could not be run (exit code ${status})`);
  const shown = JSON.parse(stdout);
  writeFileSync(join(root, 'docs/demo.cast'), castOf(shown));
  writeFileSync(join(root, 'docs/demo.svg'), svgOf(shown));
}
