/** The removal of the package takes all out of the firewall, and says so if it could not: the script against a stand-in. */
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {tempDirs} from '../support/temp.js';

const newDir = tempDirs();

/** @param program what stands in for blocksmtp; @returns what `prerm remove` says */
function removal(program: string): string {
  const standIn = join(newDir(), 'blocksmtp');
  fs.writeFileSync(standIn, `#!/bin/sh\n${program}\n`, {mode: 0o755});
  const script = fs
    .readFileSync('debian/blocksmtp.prerm', 'utf8')
    .replaceAll('/usr/sbin/blocksmtp', standIn)
    .replaceAll('/run/systemd/system', '/nonexistent');
  const output = execFileSync('sh', ['-c', `exec 2>&1\n${script}`, 'prerm', 'remove']);
  return output.toString();
}

const answer = (changed: boolean): string => `echo '{"changed": ${changed}}'`;
const left =
  'blocksmtp: something is left in the firewall; iptables -S and nft list ruleset show it\n';

test('a program that was taken away, or was not there, is no trouble', () => {
  expect(removal(answer(true))).toBe('');
  expect(removal(`${answer(false)}; exit 1`)).toBe('');
  // Only the default name is left to go by.
  expect(removal(`case $* in */dev/null*) ${answer(false)}; exit 1;; esac; exit 78`)).toBe('');
});

test('a program that could not run, or that was refused, is reported', () => {
  for (const code of [1, 69, 70, 127]) expect(removal(`exit ${code}`)).toBe(left);
});
