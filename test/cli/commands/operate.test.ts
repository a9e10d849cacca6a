/**
 * What a command asks, and whom. One that comes while a daemon begins, when the state is taken already
 * and nobody listens yet; and the names of hosts beside an answer.
 */
import {describe, expect, test} from '@jest/globals';
import type {Block} from '../../../src/blocks/block.js';
import {answerOf, operate} from '../../../src/cli/commands/operate.js';
import type {Answer, GuardRequest} from '../../../src/control/protocol.js';
import {serveControl} from '../../../src/sys/talk/control-socket.js';
import {lockState} from '../../../src/sys/run/instance-lock.js';
import {type HostNames, noNames} from '../../../src/sys/talk/host-names.js';
import {quietCrowd} from '../../report/status-samples.js';
import {configIn} from '../../support/config.js';
import {tempDirs} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const withFlock = whereAvailable({tools: ['flock']});
const log = {say: () => undefined, shows: () => true, close: () => Promise.resolve()};

withFlock('is answered by the daemon, once that listens', async () => {
  const config = configIn(newDir());
  const locked = await lockState(config.stateDir);
  const asked = answerOf({command: 'resume'}, config, log);
  const done = {kind: 'done', message: 'done'};
  const control = await serveControl(config.controlSocket, () => Promise.resolve(done));
  expect(await asked).toEqual(done);
  control.close();
  expect(await answerOf({command: 'resume'}, config, log)).toEqual({
    unavailable: `another blocksmtp works on ${config.stateDir}, and does not listen at ${config.controlSocket}`,
  });
  if (locked.kind === 'locked') locked.lock.release();
});

describe('the names of hosts', () => {
  const block: Block = {
    network: '203.0.113.7',
    fromMs: 1,
    untilMs: 2,
    reason: 'x',
    origin: 'evidence',
  };
  const blocks: readonly Block[] = [
    block,
    {...block, network: '198.51.100.0/24', fromMs: 3},
    {...block, network: '2001:db8::7', fromMs: 2},
  ];

  /** @returns what was printed, and which names were asked for */
  async function told(
    answer: Answer,
    request: GuardRequest,
    names: 'found' | 'none' | 'notAsked',
  ): Promise<[unknown, string[]]> {
    const config = configIn(newDir());
    const control = await serveControl(config.controlSocket, () => Promise.resolve(answer));
    const asked: string[] = [];
    const ask: HostNames = (addresses) => {
      asked.push(...addresses);
      const found = names === 'found' ? addresses : [];
      return Promise.resolve(new Map(found.map((address) => [address, `${address}.example.net`])));
    };
    let printed = '';
    const output = {print: (text: string) => void (printed += text), complain: () => undefined};
    const from = names === 'notAsked' ? noNames : ask;
    expect(await operate(request, 'json', config, log, output, 'mayWork', from)).toBe(0);
    control.close();
    return [JSON.parse(printed), asked];
  }

  test('list asks for those of single addresses, of the newest blocks first', async () => {
    const [printed, asked] = await told({kind: 'blocks', blocks}, {command: 'list'}, 'found');
    expect(asked).toEqual(['2001:db8::7', '203.0.113.7']);
    expect((printed as {name?: string}[]).map(({name}) => name)).toEqual([
      ...['203.0.113.7.example.net', undefined, '2001:db8::7.example.net'],
    ]);
  });

  const why: Answer = {
    kind: 'why',
    why: {
      ...{network: '203.0.113.7', exemption: null, block: null, passes: null, blocksInside: 0},
      ...{known: null, crowd: quietCrowd, whitelist: '/etc/wl', history: []},
    },
  };

  test.each([
    ['found', '203.0.113.7.example.net'],
    ['none', null],
    ['notAsked', undefined],
  ] as const)('why, where it is %s', async (names, name) => {
    const [printed] = await told(why, {command: 'why', network: '203.0.113.7'}, names);
    expect((printed as {name?: string | null}).name).toBe(name);
  });

  test('why asks for none of a network', async () => {
    const whole: Answer = {...why, why: {...why.why, network: '203.0.113.0/24'}};
    const [printed, asked] = await told(whole, {command: 'why', network: '203.0.113.0/24'}, 'none');
    expect([asked, Object.hasOwn(printed as object, 'name')]).toEqual([[], false]);
  });
});
