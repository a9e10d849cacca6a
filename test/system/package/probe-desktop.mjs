// Started by package.test.ts in the sandbox of our unit with init/desktop.conf, in place of the
// daemon: waits until a user logs in, and reaches the user's bus as that user; and tries what it
// must not.
import {execFileSync} from 'node:child_process';
import {readdirSync} from 'node:fs';

const [uid] = process.argv.slice(2);
const failures = [];
const connect = `require('net').connect('/run/user/${uid}/bus').on('data', (data) => { process.stdout.write(data); process.exit(); })`;
const asUser = [`--reuid=${uid}`, `--regid=${uid}`, '--init-groups', '--reset-env'];

let answer = '';
for (let tries = 0; tries < 600 && answer === ''; tries++) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  try {
    if (!readdirSync('/run/user').includes(uid)) continue;
    const words = [...asUser, '/usr/bin/node', '-e', connect];
    // What a try before the login says is of no interest, and would stand in the journal.
    const stdio = ['ignore', 'pipe', 'ignore'];
    answer = execFileSync('setpriv', words, {encoding: 'utf8', timeout: 5000, stdio});
  } catch (error) {
    failures[0] = `cannot reach the bus: ${error.message}`;
  }
}
if (answer === 'hello') failures.length = 0;
else failures.push(`the bus said: ${answer}`);
for (const folder of ['/home', '/root']) {
  try {
    readdirSync(folder).length > 0 && failures.push(`can see ${folder}`);
  } catch {
    // as it should be
  }
}
process.stdout.write(`${failures.join('\n') || 'all as it should be'}\n`);
