/** Who is called as the mailer may have any number of descriptors: they are not all read. */
import {afterEach, expect, jest} from '@jest/globals';
import fs from 'node:fs';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';
import {mostMailerDescriptors, socketInodes} from '../../../src/sys/proc/links.js';
import {Mailers} from '../../../src/sys/proc/mailers.js';
import {parseAddress} from '../../../src/net/address.js';
import {type Child, start} from '../../support/child.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const test = whereAvailable({root: true, tools: ['perl', 'setpriv']});
const newDir = tempDirs();
const started: Child[] = [];
afterEach(() => {
  jest.restoreAllMocks();
  for (const child of started.splice(0)) child.process.kill('SIGKILL');
});

/** A program called sendmail with so many descriptors, and a socket behind them. */
async function impostor(uid: number, descriptors: number): Promise<number> {
  const folder = newDir();
  fs.chmodSync(folder, 0o755);
  fs.copyFileSync('/usr/bin/perl', `${folder}/sendmail`);
  const script = `use Socket; $| = 1; open $f[$_], "<", "/dev/null" or die for 1..${descriptors};
    socket(my $s, PF_INET, SOCK_STREAM, 0) or die; print "ready\\n"; sleep 60`;
  const become = `exec setpriv --reuid=${uid} --regid=${uid} --clear-groups ${folder}/sendmail -e '${script}'`;
  const child = start('sh', ['-c', `ulimit -n 9000; ${become}`]);
  started.push(child);
  await until('it', () => child.output().includes('ready'));
  return child.process.pid ?? 0;
}

test('only the first descriptors of a process are looked at', async () => {
  const few = await impostor(0, 10);
  const many = await impostor(0, mostMailerDescriptors);
  // Of those that it was started with there are some in both.
  const [first, second] = [few, many].map((pid) => socketInodes(`/proc/${pid}`).length);
  expect(first).toBe((second ?? 0) + 1);
});

test('none of a user’s process is looked at when a blocked client’s sessions are searched for', async () => {
  const users = await impostor(1000, 8000);
  const roots = await impostor(0, 10);
  const remote = parseAddress('203.0.113.9')!;
  const [inode = ''] = socketInodes(`/proc/${roots}`);
  const connected = [{inode, localPort: 25, remote}];
  const mailers = new Mailers({connected, listening: new Set()}, sendmail.isProgram);
  const links = jest.spyOn(fs, 'readlinkSync');
  const folders = [jest.spyOn(fs, 'opendirSync'), jest.spyOn(fs, 'readdirSync')];
  const found: number[] = [];
  for await (const {pid} of mailers.holders(() => true)) found.push(pid);
  const touched = [links, ...folders].flatMap(({mock}) => mock.calls.map(([path]) => String(path)));
  expect(found).toEqual([roots]);
  expect(touched.filter((path) => path.startsWith(`/proc/${users}/fd`))).toEqual([]);
  expect(touched.filter((path) => path.startsWith(`/proc/${roots}/fd`))).not.toEqual([]);
});
