/** Requests about configurations, as foreign JSON. */
import {expect, test} from '@jest/globals';
import {readCourseRequest} from '../../src/control/course-request.js';

test.each<[unknown, unknown]>([
  [{command: 'reload'}, {command: 'reload'}],
  [{command: 'reload', more: 1}, {command: 'reload'}],
  [
    {command: 'reload', confirmSeconds: 10},
    {command: 'reload', confirmSeconds: 10},
  ],
  [
    {command: 'reload', confirmSeconds: 86_400},
    {command: 'reload', confirmSeconds: 86_400},
  ],
  [{command: 'confirm'}, {command: 'confirm'}],
  ...[9, 86_401, 10.5, -1, Number.NaN, '60', null, true].map(
    (confirmSeconds): [unknown, undefined] => [{command: 'reload', confirmSeconds}, undefined],
  ),
  ...[undefined, null, 'reload', 1, [], {}, {command: 'list'}].map(
    (value): [unknown, undefined] => [value, undefined],
  ),
])('%j', (value, expected) => {
  expect(readCourseRequest(value)).toEqual(expected);
});
