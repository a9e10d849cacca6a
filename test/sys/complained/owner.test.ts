/** Whose a Maildir is: decided by root, which opens nothing. Run as root, for only root has to ask. */
import fs from 'node:fs';
import {join} from 'node:path';
import {describe, expect} from '@jest/globals';
import {ownerOf} from '../../../src/sys/complained/owner.js';
import {tempDirs} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const asRoot = whereAvailable({root: true, tools: ['getent']});
const newDir = tempDirs();

/** Users of every Debian. */
const [daemon, bin] = [1, 2];

function maildir(): {readonly home: string; readonly path: string} {
  const home = newDir();
  const path = join(home, 'Maildir');
  fs.mkdirSync(path);
  for (const each of [home, path]) fs.chownSync(each, daemon, 0);
  return {home, path};
}

describe('the owner', () => {
  asRoot('is that of the folder, with the group of this user in the list of users', async () => {
    expect(await ownerOf(maildir().path)).toEqual({kind: 'owner', uid: daemon, gid: 1});
  });

  asRoot('is found behind a link of root', async () => {
    const {path} = maildir();
    const link = join(newDir(), 'link');
    fs.symlinkSync(path, link);
    expect(await ownerOf(link)).toMatchObject({kind: 'owner', uid: daemon});
  });

  const refusals: [string, (at: ReturnType<typeof maildir>) => string, RegExp][] = [
    ['root', ({path}) => (fs.chownSync(path, 0, 0), path), /belongs to root/],
    [
      'nobody who is known',
      ({path}) => (fs.chownSync(path, 54_321, 0), fs.chownSync(join(path, '..'), 54_321, 0), path),
      /no user of this machine/,
    ],
    [
      'in the folder of another user',
      ({home, path}) => (fs.chownSync(home, bin, 0), path),
      /lies in a folder of uid 2/,
    ],
    [
      'behind a link of a user',
      ({home, path}) => {
        const link = join(home, 'link');
        fs.symlinkSync(path, link);
        fs.lchownSync(link, daemon, 0);
        return link;
      },
      /a link of a user/,
    ],
    [
      'of a path in between that is a link of a user',
      ({home}) => {
        fs.symlinkSync('/root', join(home, 'mail'));
        fs.lchownSync(join(home, 'mail'), daemon, 0);
        return join(home, 'mail/Maildir');
      },
      /a link of a user/,
    ],
    [
      'a file',
      ({home}) => {
        fs.writeFileSync(join(home, 'file'), '');
        return join(home, 'file');
      },
      /expected a folder/,
    ],
    ['nothing', ({home}) => join(home, 'none'), /no such folder/],
    [
      'a link that leads to itself',
      () => {
        const link = join(newDir(), 'loop');
        fs.symlinkSync(link, link);
        return link;
      },
      /too many links/,
    ],
    ['a path of no root', () => 'Maildir', /begins with/],
  ];
  for (const [what, make, why] of refusals) {
    asRoot(`is none: ${what}`, async () => {
      expect(await ownerOf(make(maildir()))).toMatchObject({
        kind: 'refused',
        why: expect.stringMatching(why),
      });
    });
  }
});
