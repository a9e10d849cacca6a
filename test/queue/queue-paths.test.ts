import {expect, test} from '@jest/globals';
import {queuePathsOf} from '../../src/queue/queue-paths.js';

const plain = (path: string) => ({path, isPattern: false});
const pattern = (path: string) => ({path, isPattern: true});

test.each([
  ['O QueueDirectory=/var/spool/mqueue', [plain('/var/spool/mqueue')]],
  ['OQ/usr/spool/mqueue', [plain('/usr/spool/mqueue')]],
  ['O QueueDirectory = /var/spool/mqueue/q*', [pattern('/var/spool/mqueue/q')]],
  ['O queuedirectory=/a\nO QueueDirectory=/b', [plain('/b')]],
  [
    'O QueueDirectory=/m/q*\nQbulk, P=/m/b*, F=f, r=15\nQlists, R=2, P=lists\nQplain',
    [pattern('/m/q'), pattern('/m/b'), plain('/m/lists')],
  ],
  ['O QueueDirectory=/m\nQone,\n\tP=/m/one', [plain('/m'), plain('/m/one')]],
  ['O QueueDirectory=/m\n# Qno, P=/x\nO QueueLA=8\nQx, P=/m', [plain('/m')]],
])('%j', (cf, paths) => expect(queuePathsOf(`${cf}\n`)).toEqual({paths, problems: []}));

test('a path that cannot be resolved is reported', () => {
  expect(queuePathsOf('O QueueDirectory=/m\nQa, P=/$j/x\nQb, P=/m/*/x\n')).toEqual({
    paths: [plain('/m')],
    problems: [
      '/$j/x: expected a plain path of a queue',
      '/m/*/x: expected a plain path of a queue',
    ],
  });
  expect(queuePathsOf('V10\n').problems).toEqual(['no O QueueDirectory=PATH in it']);
});
