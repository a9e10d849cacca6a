/** How things stand: nothing is called good that is not. */
import {describe, expect, test} from '@jest/globals';
import type {Block} from '../../src/blocks/block.js';
import {blocksByRule, enforcedShare, isGood} from '../../src/report/status.js';
import {nobodyListens} from '../../src/hearing/view.js';
import {because} from '../judge/samples.js';
import {family, listLost, nowMs, quietCrowd, statusOf} from './status-samples.js';

test('the share is of all families together, and 1 where nothing should stand', () => {
  expect(enforcedShare([])).toBe(1);
  expect(enforcedShare([family({wanted: 0, standing: 0})])).toBe(1);
  expect(enforcedShare([family({standing: 2}), family({wanted: 30, standing: 8})])).toBe(0.25);
});

describe('isGood', () => {
  test.each([
    ['all stands', {}, true],
    ['no daemon runs', {sinceMs: undefined}, false],
    ['one is missing', {families: [family({standing: 9})]}, false],
    ['blocking is stopped', {crowd: listLost}, false],
    ['a wave is on', {crowd: {...quietCrowd, wave: {kind: 'on'}}}, true],
    ['a configuration is on trial', {trial: {kind: 'running', untilMs: nowMs}}, true],
    ['nobody confirmed it', {trial: {kind: 'failed'}}, false],
    ['nobody confirmed it, nor is there a way back', {trial: {kind: 'overdue'}}, false],
    ['the file is bad', {trial: {kind: 'badFile', why: 'x'}}, false],
    ['the state cannot be saved', {unsaved: 'disk full'}, false],
    ['the mailer is not heard', {hearing: {...nobodyListens, verdict: 'deaf'}}, false],
    ['the mailer is quiet', {hearing: nobodyListens}, true],
    ['the firewall refuses', {families: [family({failure: 'refused'})]}, false],
  ] as const)('%s', (_, changes, expected) => {
    expect(isGood(statusOf(changes))).toBe(expected);
  });
});

test('a block is counted by its rule, by the operator, or as of an earlier version', () => {
  const block: Block = {
    ...{network: '203.0.113.7', fromMs: 1, untilMs: 2, reason: 'x', origin: 'evidence'},
  };
  const counts = blocksByRule([
    block,
    {...block, because},
    {...block, because: {...because, rule: 'wave'}},
    {...block, origin: 'operator', because},
  ]);
  expect(counts).toEqual({...blocksByRule([]), earlier: 1, row: 1, wave: 1, operator: 1});
});
