/** Which process may be ended: only the one that was seen, and never a protected one. */
import {describe, expect, test} from '@jest/globals';
import {
  mayBeEnded,
  parentOf,
  type ProcessState,
  killTargetOf,
  targetText,
} from '../../../src/outgoing/warn/may-be-ended.js';
import {bareSighting, owner, sightingOf} from '../samples.js';

const target = {pid: 4711, startTicks: 1234, program: '/usr/bin/perl'};
const now: ProcessState = {
  pid: 4711,
  startTicks: 1234,
  parentPid: 4700,
  uid: 33,
  realUid: 33,
  userNamespace: 'ours',
  executable: '/usr/bin/perl',
};
const rules = {ownPids: new Set([1, 500, 501]), isAllowed: () => false};
const refused = (why: RegExp) => ({kind: 'refused', why: expect.stringMatching(why)});

describe('a process', () => {
  test('that is the one that was seen may be ended', () => {
    expect(mayBeEnded(target, now, rules)).toEqual({kind: 'end'});
  });

  test('that has gone is gone', () => {
    expect(mayBeEnded(target, undefined, rules)).toEqual({kind: 'gone'});
  });

  test.each([1, 0, -1, -4711, Number.NaN, 1.5])('with the number %p never', (pid) => {
    const standing = {...now, pid};
    expect(mayBeEnded({...target, pid}, standing, rules)).toEqual(refused(/pid 1/));
  });

  test.each([500, 501])('of ours never (%i)', (pid) => {
    expect(mayBeEnded({...target, pid}, {...now, pid}, rules)).toEqual(refused(/blocksmtp itself/));
  });

  test('with the same number and another start is another one', () => {
    expect(mayBeEnded(target, {...now, startTicks: 1235}, rules)).toEqual(
      refused(/another process/),
    );
  });

  test.each([
    [2, 0],
    [77, 2],
  ])('of the kernel never (%i, child of %i)', (pid, parentPid) => {
    const thread = {...now, pid, parentPid, executable: ''};
    expect(mayBeEnded({...target, pid, program: 'kworker'}, thread, rules)).toEqual(
      refused(/kernel/),
    );
  });

  test.each(['/usr/sbin/sendmail', ''])('that runs %j by now is not ended', (executable) => {
    expect(mayBeEnded(target, {...now, executable}, rules)).toEqual(refused(/another program/));
  });

  test('that has deleted its file since is the same, and one of unknown program too', () => {
    const deleted = {...now, executable: '/usr/bin/perl (deleted)'};
    expect(mayBeEnded(target, deleted, rules)).toEqual({kind: 'end'});
    expect(mayBeEnded({...target, program: '/usr/bin/perl (deleted)'}, now, rules).kind).toBe(
      'end',
    );
    expect(mayBeEnded({...target, program: 'perl'}, now, rules)).toEqual({kind: 'end'});
  });

  test('of an allowed sender never', () => {
    const isAllowed = ({uid, executable}: ProcessState) =>
      uid === 33 && executable === target.program;
    expect(mayBeEnded(target, now, {...rules, isAllowed})).toEqual(refused(/allowed/));
  });

  test('is named in one printable piece', () => {
    expect(targetText({...target, program: '/tmp/\u001b[2J\n'})).toBe('/tmp/?[2J? (pid 4711)');
  });
});

describe('of a sighting', () => {
  test('the process, and its parent as it was then', () => {
    expect(killTargetOf(sightingOf())).toEqual(target);
    expect(killTargetOf(sightingOf({executable: ''}))?.program).toBe('perl');
    expect(parentOf(sightingOf())).toEqual(owner.parents[0]);
  });

  test('nobody where nothing can be compared', () => {
    expect([killTargetOf(bareSighting), parentOf(bareSighting)]).toEqual([undefined, undefined]);
    expect(killTargetOf(sightingOf({}, 'gone'))).toBeUndefined();
    expect(parentOf(sightingOf({}, 'gone'))).toBeUndefined();
    expect(parentOf(sightingOf({parents: []}))).toBeUndefined();
  });
});
