/** `complain answer` as a mailer runs it: the message is taken whole, however long it is. */
import {afterAll, expect, test} from '@jest/globals';
import {spawnSync} from 'node:child_process';
import {temporary} from '../built.js';

const files = temporary();
afterAll(() => files.remove());

/** @param bytes of zeros: far more than is looked at, and than a pipe holds */
function handedIn(bytes: number): {code: number | null; stdout: string} {
  const config = files.write('settings.toml', `control_socket = "${files.path('socket')}"\n`);
  const program = `${process.execPath} dist/blocksmtp.js complain answer --config=${config}`;
  const line = `head -c ${String(bytes)} /dev/zero | ${program}`;
  const words = ['-o', 'pipefail', '-c', line];
  const {status, stdout} = spawnSync('bash', words, {encoding: 'utf8', timeout: 60_000});
  return {code: status, stdout};
}

test('to a mailer that writes a long message, the program does not fail', () => {
  expect(handedIn(5_000_000)).toEqual({code: 0, stdout: 'not about a complaint of ours\n'});
});
