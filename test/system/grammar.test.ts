/**
 * What a real sendmail writes, at each LogLevel, of clients that do all they can think of, against
 * what is made of it: no line is held against anybody but the client that was really connected, and
 * the names that a client asked for are counted to the last one.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {clients} from './lab/grammar/clients.js';
import {explain, replayCounts, type Explained} from './lab/grammar/explain.js';
import {play, type Truth} from './lab/grammar/play.js';
import {startGrammarLab, type LogLevel} from './lab/grammar/relay.js';
import {rows} from './lab/grammar/rows.js';
import {scenarios} from './lab/grammar/scenarios.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';

const {describe} = await requireLab();

type Played = {truth: Truth; lines: string[]; explained: Explained[]; counts: Map<string, number>};

const LEVELS: readonly LogLevel[] = [9, 10, 15];
/** Who else connects: the lab to see whether sendmail is up, and a user of the relay. */
const OTHERS = ['192.0.2.10', '2001:db8::10', '127.0.0.1'];

async function playAt(logLevel: LogLevel): Promise<Played> {
  const lab = await startGrammarLab({
    id: `grammar-${String(logLevel)}`,
    logLevel,
    // each once, each with one of the others
    ...(logLevel === 9 ? {reverse: 'fails'} : {}),
    ...(logLevel === 10 ? {mappedIpv4: true} : {}),
    ...(logLevel === 15 ? {privacy: 'novrfy,noetrn', stamps: 'bsd'} : {}),
  });
  const truth = await play(lab, scenarios);
  const lines = await lab.relay.logLines();
  const [explained, counts] = await Promise.all([explain(lab.relay), replayCounts(lab.relay)]);
  await lab.stop();
  return {truth, lines, explained, counts};
}

/** Who really was behind a line: by what it names, its envelope's process, or its own. */
function clientOf({record, event}: Explained, {clientOf: served}: Truth): string {
  const session = Number(event?.queueId?.slice(8));
  return event?.client ?? served.get(session) ?? served.get(record?.pid ?? 0) ?? 'nobody';
}

describe('the log of a real sendmail', () => {
  const played = new Map<LogLevel, Played>();
  const at = (level: LogLevel): Played => {
    const found = played.get(level);
    if (found === undefined) throw new Error(`LogLevel ${String(level)} was not played`);
    return found;
  };

  beforeAll(async () => {
    // side by side: most of the time sendmail makes somebody wait
    await Promise.all(LEVELS.map(async (level) => played.set(level, await playAt(level))));
  });
  afterAll(() => Lab.stopAll());

  test.each(LEVELS)('LogLevel %i: clients got the refusals of the scenarios', (level) => {
    const {refusals} = at(level).truth;
    const told = scenarios.map(({client}) => [client, refusals.get(clients[client])]);
    expect(told).toEqual(scenarios.map(({client, unknown = 0}) => [client, unknown]));
  });

  test.each(LEVELS)('LogLevel %i: every row of the grammar is in the log', (level) => {
    const {lines} = at(level);
    const due = rows.filter(({from = 9}) => from <= level);
    const missing = due.filter(({pattern}) => !lines.some((line) => pattern.test(line)));
    expect(missing.map(({row}) => row)).toEqual([]);
  });

  test.each(LEVELS)('LogLevel %i: unknown names are counted to the last one', (level) => {
    const wanted = scenarios.flatMap(({client, unknown = 0, undeliverable = 0}) =>
      unknown + undeliverable === 0 ? [] : [[clients[client], unknown + undeliverable]],
    );
    const counted = [...at(level).counts].filter(([client]) => !OTHERS.includes(client));
    expect(Object.fromEntries(counted)).toEqual(Object.fromEntries(wanted));
  });

  test.each(LEVELS)('LogLevel %i: no line names another client than the one there', (level) => {
    const {explained, truth} = at(level);
    expect(explained).toHaveLength(at(level).lines.length);
    const wrong = explained.filter(({record, event, outcome}) => {
      if (/(?:^|; )198\.51\.100\./.test(outcome)) return true;
      const real = truth.clientOf.get(record?.pid ?? 0);
      const named = event?.client;
      if (named === undefined || named === real) return false;
      // a client that was turned away before the greeting did not learn which process that was
      return real !== undefined || ![...Object.values<string>(clients), ...OTHERS].includes(named);
    });
    expect(wrong.map(({line}) => line)).toEqual([]);
  });

  test.each(LEVELS)('LogLevel %i: every client is seen doing what it did', (level) => {
    const {explained, truth} = at(level);
    const seen = new Set(
      explained.map((one) => `${clientOf(one, truth)} ${one.event?.kind ?? 'nothing'}`),
    );
    const due = scenarios.flatMap(({client, kinds = [], at10 = []}) =>
      [...kinds, ...(level >= 10 ? at10 : [])].map((kind) => `${clients[client]} ${kind}`),
    );
    expect(due.filter((pair) => !seen.has(pair))).toEqual([]);
  });

  test.each(LEVELS)('LogLevel %i: each unknown name is read once', (level) => {
    const {explained, truth} = at(level);
    const found = new Map<string, number>();
    for (const one of explained.filter(({event}) => event?.kind === 'unknownRecipient')) {
      const client = clientOf(one, truth);
      found.set(client, (found.get(client) ?? 0) + 1);
    }
    const wanted = scenarios.flatMap(({client, unknown = 0}) =>
      unknown === 0 ? [] : [[clients[client], unknown]],
    );
    // the submission program of the relay's own user talks to sendmail without telling us
    expect(Object.fromEntries(found)).toEqual({...Object.fromEntries(wanted), nobody: 1});
  });
});
