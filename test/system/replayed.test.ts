/**
 * The daemon and `replay`, over the same dialogues with a real sendmail: whom the daemon blocks while
 * they last, the log of that day blocks too, and so does the log of a relay that nobody guards; only
 * later, for a log names a client when its envelope ends.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {contains, parseNetwork} from '../../src/net/network.js';
import {address} from '../net/samples.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {dialogues, threshold} from './lab/verdicts/dialogues.js';
import {playDialogues, startVerdictLab} from './lab/verdicts/play.js';

const {describe} = await requireLab();

interface Block {
  readonly network: string;
  readonly fromMs: number;
}
type Seen = {readonly live: readonly Block[]; readonly replayed: readonly Block[]};

const levels = [9, 10] as const;
const words = [`--threshold=${String(threshold)}`];

async function guardedDay(level: 9 | 10): Promise<Seen> {
  const lab = await startVerdictLab(`replayed-${String(level)}`, level);
  const {relay} = lab;
  // A process that is ended says no more, so the log lacks its last name. One that loses its socket tells its end.
  const daemon = relay.daemon([...words, '--cut-sessions=sockets']);
  await daemon.ready();
  await relay.hooked();
  await playDialogues(lab);
  const list = await relay.blocksmtp(['list', '--json', '--no-names']);
  await daemon.stop();
  const again = await relay.blocksmtp(['replay', '--json', ...words, '/var/log/mail.log']);
  await lab.stop();
  const {blocks} = JSON.parse(again.stdout) as {blocks: Block[]};
  return {live: JSON.parse(list.stdout) as Block[], replayed: blocks};
}

const blockOf = (blocks: readonly Block[], client: string): Block | undefined =>
  blocks.find(({network}) => {
    const parsed = parseNetwork(network);
    return parsed !== undefined && contains(parsed, address(client));
  });

const blocked = (blocks: readonly Block[]): string[] =>
  dialogues.map(({from}) => from).filter((from) => blockOf(blocks, from) !== undefined);

describe('replay and the daemon', () => {
  const days = new Map<number, Seen>();
  const at = (level: number): Seen => days.get(level) ?? {live: [], replayed: []};
  const guessers = dialogues.filter(({who}) => who === 'guesser').map(({from}) => from);

  beforeAll(async () => {
    await Promise.all(levels.map(async (level) => days.set(level, await guardedDay(level))));
  });
  afterAll(() => Lab.stopAll());

  test.each(levels)('LogLevel %i: the daemon blocks the guessers and nobody else', (level) => {
    expect(blocked(at(level).live)).toEqual(guessers);
  });

  test.each(levels)('LogLevel %i: so does the log of what it guarded', (level) => {
    expect(blocked(at(level).replayed)).toEqual(guessers);
  });

  test.each(levels)('LogLevel %i: never earlier than the daemon', (level) => {
    const {live, replayed} = at(level);
    for (const client of guessers) {
      const [then, again] = [blockOf(live, client), blockOf(replayed, client)];
      expect(again?.fromMs).toBeGreaterThanOrEqual(then?.fromMs ?? Number.POSITIVE_INFINITY);
    }
  });
});
