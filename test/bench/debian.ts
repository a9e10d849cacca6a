/**
 * Programs of Debian packages, without installing them: sshguard's package would start a daemon that
 * writes firewall rules. Uses the program of the machine if there is one, or else unpacks the package into a folder.
 */
import {existsSync, mkdirSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {execa} from 'execa';

export type Found = {kind: 'found'; path: string} | {kind: 'missing'; why: string};

export async function debianProgram(name: string, path: string, dir: string): Promise<Found> {
  if (existsSync(path)) return {kind: 'found', path};
  const into = join(dir, `package-${name}`);
  mkdirSync(into);
  try {
    if (!(await download(name, into))) {
      await execa('apt-get', ['-q', 'update'], {reject: false});
      if (!(await download(name, into))) return missing(`no Debian package ${name} to be had`);
    }
    const file = readdirSync(into).find((entry) => entry.endsWith('.deb')) ?? '';
    await execa('dpkg-deb', ['-x', join(into, file), into]);
  } catch (error) {
    return missing(error instanceof Error ? error.message.split('\n', 1)[0]! : String(error));
  }
  const unpacked = join(into, path);
  return existsSync(unpacked) ? {kind: 'found', path: unpacked} : missing(`${name}: no ${path}`);
}

const missing = (why: string): Found => ({kind: 'missing', why});

async function download(name: string, cwd: string): Promise<boolean> {
  const options = ['-q', '-o', 'APT::Sandbox::User=root'];
  return !(await execa('apt-get', [...options, 'download', name], {cwd, reject: false})).failed;
}
