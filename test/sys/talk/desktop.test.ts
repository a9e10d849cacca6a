/** Who sits at the machine: as loginctl tells it, which a script plays here, and as getent does. */
import {afterEach, beforeEach, expect} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {desktopUser} from '../../../src/sys/talk/desktop.js';
import {tempDirs} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const testAsRoot = whereAvailable({root: true, tools: ['getent']});
const newDir = tempDirs();
const path = process.env['PATH'];
let folder: string;

beforeEach(() => {
  folder = newDir();
  fs.mkdirSync(join(folder, '65534'));
});
afterEach(() => {
  process.env['PATH'] = path;
});

/** @param script gets `show-seat seat0 …`, then `show-session ID …` */
function loginctl(script: string): void {
  const programs = newDir();
  fs.writeFileSync(join(programs, 'loginctl'), `#!/bin/sh\n${script}\n`, {mode: 0o755});
  process.env['PATH'] = `${programs}:${path ?? ''}`;
}

const seated = (session: string, facts: string): string =>
  `if [ "$1" = show-seat ]; then echo '${session}'; else printf '${facts}'; fi`;
const nobody = {kind: 'user', user: {name: 'nobody', uid: 65_534, gid: 65_534}};
const none = (why: RegExp) => ({kind: 'none', why: expect.stringMatching(why)});

testAsRoot('a user by name, if the user has a session', async () => {
  expect(await desktopUser('nobody', folder)).toEqual(nobody);
  expect(await desktopUser('daemon', folder)).toEqual(none(/no session of this user/));
  expect(await desktopUser('no.such.user', folder)).toEqual(none(/no such user/));
  expect(await desktopUser('nobody', '/nonexistent')).toEqual(none(/no session of this user/));
});

testAsRoot('auto: whose session is the active one', async () => {
  loginctl(seated('c2', 'User=65534\\nClass=user\\n'));
  expect(await desktopUser('auto', folder)).toEqual(nobody);
});

testAsRoot('auto: nobody, where nobody sits there or only the greeter', async () => {
  for (const script of [
    seated('', ''),
    seated('c1', 'User=65534\\nClass=greeter\\n'),
    seated('c1', 'Class=user\\n'),
    seated('--no-such-session', 'User=65534\\nClass=user\\n'),
  ]) {
    loginctl(script);
    expect(await desktopUser('auto', folder)).toEqual(none(/nobody sits at the machine/));
  }
  loginctl('echo "no systemd here" >&2; exit 1');
  expect(await desktopUser('auto', folder)).toEqual(none(/no systemd here/));
});
