/** Whether foreign JSON has a shape: by tables of what it is and is not. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  type Is,
  isNumber,
  isRecord,
  isText,
  listOf,
  maybe,
  oneOf,
  orNull,
  own,
  shape,
  recordOf,
  variants,
  whole,
} from '../../src/base/shape.js';

const point = shape<{readonly x: number; readonly name?: string}>({
  x: isNumber,
  name: maybe(isText),
});
const either = variants<{readonly kind: 'a'; readonly x: number} | {readonly kind: 'b'}>({
  a: shape({x: isNumber}),
  b: shape({}),
});

test.each<[string, Is<unknown>, readonly unknown[], readonly unknown[]]>([
  ['a text', isText, ['', 'x'], [undefined, null, 1, ['x'], {toString: 'x'}]],
  ['a number', isNumber, [0, -1.5], [undefined, null, '1', Number.NaN, Number.POSITIVE_INFINITY]],
  ['a whole number', whole(1, 5), [1, 5], [0, 6, 2.5, '2', null, [2], Number.NaN]],
  ['a word', oneOf({yes: true, no: true}), ['yes', 'no'], ['', 'x', 'constructor', ['yes'], true]],
  ['perhaps a text', maybe(isText), ['', undefined], [null, 1]],
  ['a text or null', orNull(isText), ['', null], [undefined, 1]],
  ['a list', listOf(isText), [[], ['a', 'b']], ['a', {}, [1], ['a', null], {length: 0}]],
  ['a table', recordOf(isNumber), [{}, {a: 1}], [[], null, 'x', {a: 1, b: '2'}]],
  ['an object', isRecord, [{}, {a: 1}], [[], null, undefined, 'x', 1]],
  ['a shape', point, [{x: 1}, {x: 1, name: 'n', y: {}}], [{}, {x: '1'}, {x: 1, name: 2}, [], null]],
  [
    'one of several shapes',
    either,
    [{kind: 'a', x: 1}, {kind: 'b'}, {kind: 'b', x: 'y'}],
    [{kind: 'a'}, {kind: 'c'}, {kind: 'toString'}, {x: 1}, {kind: ['b']}, 'b', null],
  ],
])('%s', (_, is, good, bad) => {
  expect(good.filter((value) => !is(value))).toEqual([]);
  expect(bad.filter(is)).toEqual([]);
});

describe('a key', () => {
  test('of the prototype is none', () => {
    const heir = Object.create({x: 1, kind: 'b'}) as Record<string, unknown>;
    expect([own(heir, 'x'), own({}, 'constructor'), own({x: 1}, 'x')]).toEqual([
      undefined,
      undefined,
      1,
    ]);
    expect([point(heir), either(heir)]).toEqual([false, false]);
  });
});

test('property: no value makes a check throw', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      for (const is of [point, either, listOf(point), recordOf(either), maybe(whole(1, 2))]) {
        expect(typeof is(value)).toBe('boolean');
      }
    }),
  );
});
