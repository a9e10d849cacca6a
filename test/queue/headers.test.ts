import {expect, test} from '@jest/globals';
import {endOfLine, headersIn} from '../../src/queue/headers.js';

const read = (text: string) => headersIn(text, 0, text.length);

test('with flags and without them, and over several lines', () => {
  expect(read('H?P?Return-Path: <g>\nH??Subject : cheap\n\tmeds\nHFrom:a\n')).toEqual([
    {name: 'Return-Path', value: '<g>'},
    {name: 'Subject', value: 'cheap\n\tmeds'},
    {name: 'From', value: 'a'},
  ]);
});

test('a line that is no header is left out', () => {
  expect(read('H??no colon\nRPFD:x\nH: empty\nH??A b: c\nH??X: y')).toEqual([
    {name: 'X', value: 'y'},
  ]);
});

test('nothing behind the end is read, and nothing before the beginning', () => {
  const text = 'H??A: 1\nH??B: 2\nH??C: 3\n';
  expect(headersIn(text, 8, 16).map(({name}) => name)).toEqual(['B']);
});

test('a line goes on where the next one begins with a blank', () => {
  expect(endOfLine('a\n b\n\tc\nd', 0)).toBe(7);
  expect(endOfLine('no end', 2)).toBe(6);
});
