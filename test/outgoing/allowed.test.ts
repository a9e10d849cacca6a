import {describe, expect, test} from '@jest/globals';
import {settings} from '../../src/config/schema.js';
import {
  allowedByHand,
  allowedSenders,
  type Glance,
  isAllowed,
  mayHaveBeenAllowed,
  mostAllowedByHand,
  unknownUsers,
} from '../../src/outgoing/allowed.js';

const users: Readonly<Record<string, number>> = {root: 0, smmsp: 25, backup: 34};
const uidOf = (name: string): number | undefined => users[name];
const senders = allowedSenders(
  ['root:/usr/libexec/sendmail/sendmail', 'backup:*', '1001:/opt/mailer', 'nobody-here:*'],
  uidOf,
);

function glance(changed: Partial<Glance>): Glance {
  return {
    ...{pid: 815, startTicks: 1000, startedMs: 0, parentPid: 1, command: 'sendmail'},
    ...{uid: 0, userNamespace: 'ours', executable: '/usr/libexec/sendmail/sendmail'},
    realUid: changed.uid ?? 0,
    ...changed,
  };
}

const isHere = (): boolean => true;

describe('allowedSenders', () => {
  test('names become numbers, and a user that does not exist here is nobody', () => {
    expect(senders).toEqual([
      {uid: 0, program: '/usr/libexec/sendmail/sendmail'},
      {uid: 34, program: '*'},
      {uid: 1001, program: '/opt/mailer'},
    ]);
  });

  test('the default ones are of the shape that is read', () => {
    const all = settings.allowedSenders.standard;
    expect(allowedSenders(all, () => 7)).toHaveLength(all.length);
    for (const {program} of allowedSenders(all, () => 7)) expect(program).toMatch(/^\/usr\//);
  });
});

test('a named user that is not here is found, but for the mailers that are named by default', () => {
  const entries = ['smmsp:/a', 'nobody-here:*', '4711:*', 'nobody-here:/b', 'postfix:/c'];
  expect(unknownUsers(entries, ['postfix:/c'], uidOf)).toEqual(['nobody-here']);
});

describe('isAllowed', () => {
  test.each<[string, Partial<Glance>, boolean]>([
    ['the mailer', {}, true],
    ['the mailer run by somebody else', {uid: 33}, false],
    ['the mailer, set-uid, started by somebody else', {realUid: 33}, false],
    ['a user’s set-uid program, started by root', {uid: 34, realUid: 0}, false],
    ['another program of root', {executable: '/usr/bin/perl'}, false],
    ['a path that only begins so', {executable: '/usr/libexec/sendmail/sendmail2'}, false],
    ['a user with any program', {uid: 34, executable: '/usr/bin/perl'}, true],
    ['a user with any program, which may not be read', {uid: 34, executable: ''}, true],
    ['a user by number', {uid: 1001, executable: '/opt/mailer'}, true],
    ['root of a user namespace of its own', {userNamespace: 'other'}, false],
    ['any program in a user namespace', {uid: 34, userNamespace: 'other'}, false],
    ['a program that may not be read', {executable: ''}, false],
  ])('%s', (_, changed, expected) => {
    expect(isAllowed(glance(changed), senders, isHere)).toBe(expected);
  });

  test('the same path in a container is another file', () => {
    const asked: string[] = [];
    const isOther = (path: string): boolean => {
      asked.push(path);
      return false;
    };
    expect(isAllowed(glance({}), senders, isOther)).toBe(false);
    expect(asked).toEqual(['/usr/libexec/sendmail/sendmail']);
  });

  test('the file of a stranger is never looked at', () => {
    const never = (): boolean => {
      throw new Error('looked at');
    };
    expect(isAllowed(glance({uid: 33}), senders, never)).toBe(false);
    expect(isAllowed(glance({executable: '/x'}), senders, never)).toBe(false);
    expect(isAllowed(glance({userNamespace: 'other'}), senders, never)).toBe(false);
  });
});

test('mayHaveBeenAllowed: by the kernel’s name of a program', () => {
  const names = ['sendmail', 'mailer', '*', 'perl', 'sendmail2', ''];
  expect(names.filter((name) => mayHaveBeenAllowed(name, senders))).toEqual([
    'sendmail',
    'mailer',
    '*',
  ]);
  const long = [{uid: 0, program: '/usr/sbin/a-very-long-program-name'}];
  expect(mayHaveBeenAllowed('a-very-long-pro', long)).toBe(true);
});

describe('allowedByHand', () => {
  const its = {uid: 33, executable: '/usr/bin/perl'};

  test('a program of a user, until there are too many', () => {
    const sender = {uid: 33, program: '/usr/bin/perl'};
    expect(allowedByHand(its, mostAllowedByHand - 1)).toEqual({kind: 'allowed', sender});
    const refused = {kind: 'refused', why: 'too many are already'};
    expect(allowedByHand(its, mostAllowedByHand)).toEqual(refused);
  });

  test('no program whose file is gone: another one may come to be there', () => {
    const gone = {...its, executable: '/tmp/x (deleted)'};
    expect(allowedByHand(gone, 0)).toEqual({kind: 'refused', why: 'its file is gone'});
  });
});
