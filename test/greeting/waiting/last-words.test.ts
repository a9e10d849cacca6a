import {expect, test} from '@jest/globals';
import {readLastLook} from '../../../src/greeting/waiting/last-words.js';

test.each([
  ['handed\n', {kind: 'handed'}],
  ['left\n', {kind: 'left'}],
  ['early 45484c4f0d0a\n', {kind: 'early', said: 'EHLO'}],
  ['early 1b5d300a58\n', {kind: 'early', said: '?]0?X'}],
  [`early ${'41'.repeat(100)}\n`, {kind: 'early', said: 'A'.repeat(100)}],
  ['failed fork: no memory\n', {kind: 'failed', why: 'fork: no memory'}],
  ['handed\nfailed /x: No such file\n', {kind: 'failed', why: '/x: No such file'}],
  ['', {kind: 'failed', why: 'no word of the last look'}],
  ['nonsense\n', {kind: 'failed', why: 'no word of the last look'}],
])('%j', (text, found) => {
  expect(readLastLook(text)).toEqual(found);
});
