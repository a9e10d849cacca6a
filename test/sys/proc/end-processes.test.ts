/** Who gets which signal, in models of processes; and that a real one goes. */
import {afterEach, expect, test} from '@jest/globals';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import fc from 'fast-check';
import {endProcesses} from '../../../src/sys/proc/end-processes.js';
import {glanceAt} from '../../../src/sys/proc/snapshot.js';
import {
  type Signal,
  signalProcess,
  type SignalResult,
} from '../../../src/sys/proc/signal-process.js';
import {until} from '../../support/temp.js';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

const results: readonly SignalResult[] = [
  {kind: 'sent'},
  {kind: 'gone'},
  {kind: 'refused', why: 'EPERM'},
];
/** What is found at a look, and what becomes of the signal that follows. */
const step = fc.record({
  found: fc.constantFrom('same', 'leave'),
  result: fc.constantFrom(...results),
});
const model = fc.record({SIGTERM: step, SIGKILL: step});

test('each signal follows a look that allows it, and SIGKILL only a SIGTERM that was sent and a grace', async () => {
  const graces = fc.constantFrom('over', 'stop');
  await fc.assert(
    fc.asyncProperty(fc.array(model, {maxLength: 6}), graces, async (models, grace) => {
      const events: string[] = [];
      const processes = models.map((_, i) => ({pid: 100 + i, startTicks: 7}));
      const modelOf = (pid: number): (typeof models)[number] => models[pid - 100]!;
      await endProcesses(
        processes,
        {
          look: (process, signal) => {
            events.push(`look ${process.pid} ${signal}`);
            return modelOf(process.pid)[signal].found === 'same' ? process : undefined;
          },
          onSignal: ({pid}, signal, {kind}) => events.push(`told ${pid} ${signal} ${kind}`),
          grace: (terminated) => {
            events.push(`grace ${terminated.map(({pid}) => pid).join(' ')}`);
            return Promise.resolve(grace);
          },
        },
        (pid, signal) => {
          events.push(`send ${pid} ${signal}`);
          return modelOf(pid)[signal].result;
        },
      );
      const phase = (pids: readonly number[], signal: Signal): string[] =>
        pids.flatMap((pid) => {
          const {found, result} = modelOf(pid)[signal];
          const sent = [`send ${pid} ${signal}`, `told ${pid} ${signal} ${result.kind}`];
          return [`look ${pid} ${signal}`, ...(found === 'same' ? sent : [])];
        });
      const pids = processes.map(({pid}) => pid);
      const terminated = pids.filter((pid) => {
        const {found, result} = modelOf(pid).SIGTERM;
        return found === 'same' && result.kind === 'sent';
      });
      expect(events).toEqual([
        ...phase(pids, 'SIGTERM'),
        ...(terminated.length === 0 ? [] : [`grace ${terminated.join(' ')}`]),
        ...(grace === 'stop' ? [] : phase(terminated, 'SIGKILL')),
      ]);
    }),
  );
});

test('the process that a look has found is reported, and looked at again', async () => {
  const seen: string[] = [];
  await endProcesses(
    [{pid: 100, startTicks: 7, look: 1}],
    {
      look: (process) => ({...process, look: process.look + 1}),
      onSignal: ({look}, signal) => seen.push(`${signal} ${look}`),
      grace: () => Promise.resolve('over'),
    },
    () => ({kind: 'sent'}),
  );
  expect(seen).toEqual(['SIGTERM 2', 'SIGKILL 3']);
});

test('a real one that stays is killed, and then it is gone', async () => {
  const words = ['-c', "trap '' TERM; echo; while :; do sleep 1; done"];
  const child = spawn('sh', words, {stdio: ['ignore', 'pipe', 'ignore']});
  started.push(child);
  await once(child.stdout, 'data');
  const {pid, startTicks} = glanceAt(child.pid ?? 0)!;
  const seen: string[] = [];
  const ended = once(child, 'exit');
  await endProcesses([{pid, startTicks}], {
    look: (process) => (glanceAt(process.pid)?.startTicks === startTicks ? process : undefined),
    onSignal: (_, signal, {kind}) => seen.push(`${signal} ${kind}`),
    grace: () => Promise.resolve('over'),
  });
  expect(seen).toEqual(['SIGTERM sent', 'SIGKILL sent']);
  expect((await ended)[1]).toBe('SIGKILL');
  await until('it is gone', () => signalProcess(pid, 'SIGKILL').kind === 'gone');
});
