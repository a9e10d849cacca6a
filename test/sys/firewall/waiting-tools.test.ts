/** A restoring tool that waits: used once, started again, and harmless however it ends. */
import {afterEach, beforeEach, describe, expect, jest, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {waitingCommand} from '../../../src/sys/run/command.js';
import type {FirewallCall} from '../../../src/sys/firewall/netfilter.js';
import {WaitingTools} from '../../../src/sys/firewall/waiting-tools.js';
import {bundle, descendantsOf, start} from '../../support/child.js';
import {describeInNamespace} from '../../support/kernel/namespace.js';
import {tempDirs, until} from '../../support/temp.js';

const newDir = tempDirs();
let folder: string;
let tools: WaitingTools;

/** A tool that notes when it starts and what it reads. */
const script = `#!/bin/sh
echo start >>"$0.log"; text=$(cat); [ -z "$text" ] || echo "$text" >>"$0.log"; echo "$text"; [ "$text" != fail ]`;

beforeEach(() => {
  folder = newDir();
  for (const name of ['iptables-restore', 'other']) {
    fs.writeFileSync(join(folder, name), script, {mode: 0o755});
  }
  tools = new WaitingTools();
});
afterEach(() => tools.close());

const log = (name = 'iptables-restore'): string[] =>
  fs
    .readFileSync(join(folder, `${name}.log`), 'utf8')
    .trim()
    .split('\n');
const call = (input: string, name = 'iptables-restore'): FirewallCall => ({
  ...{program: join(folder, name), parameters: ['--noflush'], input},
});
const waits = (starts: number): Promise<void> =>
  until('a tool that waits', () => log().filter((line) => line === 'start').length === starts);

describe('a tool', () => {
  test('is started after the first call, and reads the next batch', async () => {
    expect(await tools.run(call('one'))).toEqual({kind: 'done', stdout: 'one'});
    await waits(2);
    expect(log()).toEqual(['start', 'one', 'start']);
    expect(await tools.run(call('two'))).toEqual({kind: 'done', stdout: 'two'});
    await waits(3);
    expect(log()).toEqual(['start', 'one', 'start', 'two', 'start']);
  });

  test('is used by one of two calls', async () => {
    await tools.run(call('one'));
    await waits(2);
    const both = await Promise.all([tools.run(call('two')), tools.run(call('three'))]);
    expect(both.map((each) => each.kind === 'done' && each.stdout)).toEqual(['two', 'three']);
  });

  test('runs all the same where the disk does not show its file', async () => {
    const look = jest.spyOn(fs, 'statSync').mockImplementation(() => {
      throw new Error('EIO: i/o error');
    });
    expect(await tools.run(call('one'))).toEqual({kind: 'done', stdout: 'one'});
    await waits(2);
    expect(await tools.run(call('two'))).toEqual({kind: 'done', stdout: 'two'});
    look.mockRestore();
  });

  test('that failed is not started again until a call succeeds', async () => {
    expect(await tools.run(call('fail'))).toMatchObject({kind: 'failed', exitCode: 1});
    expect(await tools.run(call('one'))).toMatchObject({kind: 'done'});
    await waits(3);
    expect(await tools.run(call('fail'))).toMatchObject({kind: 'failed', exitCode: 1});
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(log()).toEqual(['start', 'fail', 'start', 'one', 'start', 'fail']);
  });

  test('that ended while it waited is replaced', async () => {
    await tools.run(call('one'));
    await waits(2);
    for (const pid of shells('iptables-restore')) process.kill(pid, 'SIGKILL');
    await until('its end', () => shells('iptables-restore').length === 0);
    // Our process learns of it a moment later.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await tools.run(call('two'))).toEqual({kind: 'done', stdout: 'two'});
  });

  test('waits for each program with its parameters, for six at most', async () => {
    const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const word of all) {
      await tools.run({...call('one'), parameters: [word]});
    }
    await waits(2 * all.length);
    await until('six', () => shells('iptables-restore').length === 6);
    // The one that has waited longest has gone.
    const words = all.filter(
      (word) => descendantsOf(process.pid, new RegExp(`iptables-restore ${word} $`)).length === 1,
    );
    expect(words).toEqual(all.slice(1));
  });

  test('that another file has replaced meanwhile does nothing', async () => {
    await tools.run(call('one'));
    await waits(2);
    const file = join(folder, 'iptables-restore');
    fs.renameSync(file, `${file}.old`);
    fs.writeFileSync(file, '#!/bin/sh\necho "another: $(cat)"', {mode: 0o755});
    expect(await tools.run(call('two'))).toEqual({kind: 'done', stdout: 'another: two'});
    expect(log()).toEqual(['start', 'one', 'start']);
  });

  test('does not wait for a call without a batch', async () => {
    expect(await tools.run(call(''))).toEqual({kind: 'done', stdout: ''});
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(log()).toEqual(['start']);
  });

  test('that waits when all is over ends without a batch, and none is started any more', async () => {
    await tools.run(call('one'));
    await waits(2);
    tools.close();
    expect(await tools.run(call('two'))).toMatchObject({kind: 'done'});
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(log()).toEqual(['start', 'one', 'start', 'start', 'two']);
  });
});

/** Our processes that run the script with this name. */
const shells = (name: string): number[] =>
  descendantsOf(process.pid, new RegExp(`${join(folder, name)} `));

test('a program that waits ends when our process is killed', async () => {
  const entry = bundle(
    folder,
    `import {waitingCommand} from './src/sys/run/command.js';
     const tool = waitingCommand(${JSON.stringify(join(folder, 'other'))}, []);
     console.log(tool?.isWaiting());`,
  );
  const child = start(process.execPath, [entry]);
  await until('the program', () => fs.existsSync(join(folder, 'other.log')));
  await until('its word', () => child.output() === 'true\n');
  child.process.kill('SIGKILL');
  await until('its end', () => shells('other').length === 0);
  expect(log('other')).toEqual(['start']);
});

test('without a free descriptor none waits, and the daemon lives on', async () => {
  const entry = bundle(
    folder,
    `import fs from 'node:fs';
     import {waitingCommand} from './src/sys/run/command.js';
     const taken = [];
     try { for (;;) taken.push(fs.openSync('/dev/null', 'r')); } catch {}
     const tools = [0, 1, 2, 3].map((free) => {
       for (let i = 0; i < free; i++) fs.closeSync(taken.pop());
       return waitingCommand('cat', []);
     });
     process.on('uncaughtException', (error) => console.log(error.code));
     await new Promise((resolve) => setTimeout(resolve, 200));
     console.log(tools.some((tool) => tool === undefined));
     process.exit();`,
  );
  const child = start('prlimit', ['--nofile=64', process.execPath, entry]);
  expect(await child.ended).toBe(0);
  // An event of Node for a process that it could not start, which `main.ts` lets pass.
  expect(child.output()).toMatch(/^(?:EMFILE\n)*true\n$/);
});

test('a program that is missing does not wait; one that does not end is given up', async () => {
  const missing = waitingCommand('blocksmtp-no-such-program', []);
  expect(missing?.isWaiting()).toBe(false);
  const slow = waitingCommand('sh', ['-c', 'cat; exec sleep 60']);
  expect(await slow?.finish('x', 300)).toEqual({
    ...{kind: 'failed', why: 'sh: no end within 300 ms', exitCode: undefined},
  });
});

describeInNamespace(
  'a real tool that waits',
  'default',
  (namespace) => {
    const wait = (program: string, ...parameters: string[]): ReturnType<typeof waitingCommand> => {
      const [first = '', ...words] = namespace.enter(program, parameters);
      return waitingCommand(first, words);
    };
    /** Long enough for a tool to do all that it does before its batch. */
    const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));
    const iptables = ['-nft', '-legacy'].map((variant) => `iptables${variant}`);

    test.each(iptables)(
      '%s keeps what others did meanwhile, and locks nobody out',
      async (program) => {
        const tool = wait(`${program}-restore`, '--noflush', '--wait=5');
        await settled();
        namespace.run(program, ['-A', 'INPUT', '-s', '198.51.100.9', '-j', 'ACCEPT']);
        namespace.run(program, ['-N', 'OTHERS']);
        expect(await tool?.finish(batch, 20_000)).toMatchObject({kind: 'done'});
        expect(namespace.run(program, ['-S'])).toContain(
          '-N OTHERS\n-A INPUT -s 198.51.100.9/32 -j ACCEPT\n-A INPUT -s 203.0.113.7/32 -j DROP\n',
        );
      },
    );

    test.each(iptables)('%s changes nothing if its batch ends early', async (program) => {
      const [none, half] = [wait(`${program}-restore`, '-n'), wait(`${program}-restore`, '-n')];
      await none?.finish('', 20_000);
      await half?.finish(batch.slice(0, batch.indexOf('COMMIT')), 20_000);
      expect(namespace.run(program, ['-S', 'INPUT'])).toBe('-P INPUT ACCEPT\n');
    });

    test('nft sees what others made meanwhile', async () => {
      const tool = wait('nft', '-f', '-');
      await settled();
      namespace.run('nft', ['add table ip others; add set ip others guests { type ipv4_addr; }']);
      const added = 'add element ip others guests { 203.0.113.7 }\n';
      expect(await tool?.finish(added, 20_000)).toMatchObject({kind: 'done'});
      expect(namespace.run('nft', ['list', 'set', 'ip', 'others', 'guests'])).toContain(
        '203.0.113.7',
      );
    });

    test('ipset sees what others made meanwhile', async () => {
      const tool = wait('ipset', '-exist', 'restore');
      await settled();
      namespace.run('ipset', ['create', 'guests', 'hash:ip']);
      expect(await tool?.finish('add guests 203.0.113.7\n', 20_000)).toMatchObject({kind: 'done'});
      expect(namespace.run('ipset', ['list', 'guests'])).toContain('203.0.113.7');
    });
  },
  ['nft', 'ipset'],
);

const batch = '*filter\n-A INPUT -s 203.0.113.7/32 -j DROP\nCOMMIT\n';
