/**
 * The pipeline as a whole, pure: lines in, outcomes out. The lines of `test/data/sendmail-8.18.1-*`
 * are what a real sendmail wrote while 192.0.2.66 and 2001:db8::66 guessed twelve names at once and
 * sent hostile recipients, .77 guessed three names in four envelopes, and .10 mistyped one name
 * between two mails that it delivered.
 */
import {readFileSync} from 'node:fs';
import {beforeEach, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Guard} from '../../src/guard/guard.js';
import {type Ask} from '../../src/guard/joining.js';
import type {Outcome} from '../../src/guard/outcome.js';
import {endBlocks, liftExempt, unblock} from '../../src/guard/lifting.js';
import {emptyState, type State} from '../../src/guard/state.js';
import type {LogRecord} from '../../src/log/record.js';
import {parseSyslog} from '../log/parse-syslog.js';
import type {ClientView} from '../../src/judge/view.js';
import {parseAddress} from '../../src/net/address.js';
import {hostNetwork} from '../../src/net/network.js';
import {address} from '../net/samples.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import {Exemptions} from '../../src/score/exempt.js';
import {policy, settings} from '../score/samples.js';
import {reloaded} from './reloaded.js';

const nobody = new Exemptions(parseWhitelist('wl', ''), undefined, []);
const noAnswer: Ask = () => undefined;

const readData = (name: string): string[] =>
  readFileSync(new URL(`../data/${name}`, import.meta.url), 'latin1')
    .trimEnd()
    .split('\n');
const recordOf = (text: string, referenceMs: number): LogRecord => {
  const record = parseSyslog(text, referenceMs);
  if (record === undefined) throw new Error(`no record: ${text}`);
  return record;
};

let state: State;
let guard: Guard;
beforeEach(() => {
  state = emptyState();
  guard = new Guard(settings, state);
});

/** Time of reading, well after all lines. */
const laterMs = new Date(2026, 11, 1).getTime();

function feed(texts: readonly string[], exemptions = nobody, ask = noAnswer): Outcome[] {
  return texts.flatMap((text) => guard.take(recordOf(text, laterMs), laterMs, exemptions, ask));
}

const blocksIn = (outcomes: readonly Outcome[]): string[] =>
  outcomes.flatMap((outcome) => (outcome.kind === 'block' ? outcome.block.network : []));
const countedIn = (outcomes: readonly Outcome[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    if (outcome.kind !== 'counted') continue;
    const {text} = outcome.evidence.client;
    counts[text] = (counts[text] ?? 0) + 1;
  }
  return counts;
};

const logs = ['sendmail-8.18.1-bsd.log', 'sendmail-8.18.1-rfc3339.log'];

test.each(['kept', 'dropped'] as const)(
  'the names of a block are %s; its reason has some',
  (names) => {
    guard = new Guard({...settings, namesOfBlocks: names}, state);
    feed(readData('sendmail-8.18.1-rfc3339.log'));
    const {because, reason} = state.blocks.get('192.0.2.66')!;
    expect(because!.names.length > 0).toBe(names === 'kept');
    expect(reason).toContain('(anna');
  },
);

describe.each(logs)('Guard on the log of a real sendmail, %s', (name) => {
  test('blocks the guessers and nobody else, from the log alone', () => {
    const outcomes = feed(readData(name));
    expect(blocksIn(outcomes)).toEqual(['192.0.2.66', '2001:db8::/64']);
    expect(countedIn(outcomes)).toMatchObject({'192.0.2.10': 1, '192.0.2.77': 3});
    expect(Object.keys(countedIn(outcomes)).sort()).toEqual([
      '192.0.2.10',
      '192.0.2.66',
      '192.0.2.77',
      '2001:db8::10',
      // Neighbours in the /64 are the same client; one of them delivers, so its bar is not met by ::66 alone.
      '2001:db8::66',
      '2001:db8::77',
    ]);
    expect(outcomes.filter(({kind}) => kind === 'dispute' || kind === 'unresolved')).toEqual([]);
  });

  test('never names the address that hostile clients wrote into their recipients', () => {
    guard = new Guard({...settings, policy: {...policy, threshold: 1000}}, state);
    const told = JSON.stringify(feed(readData(name)), (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(told.includes('198.51.100.66')).toBe(true); // it does stand in the recipients
    expect(told.includes('"text":"198.51.100.66"')).toBe(false);
  });

  test('a whitelisted guesser is exempt, the other is not', () => {
    const friends = new Exemptions(parseWhitelist('wl', '192.0.2.99/26\n'), undefined, []);
    const outcomes = feed(readData(name), friends);
    expect(blocksIn(outcomes)).toEqual(['2001:db8::/64']);
    expect(outcomes.some(({kind}) => kind === 'exempt')).toBe(true);
  });

  test('saved and loaded after any line, it decides the same', () => {
    const texts = readData(name);
    const whole = blocksIn(feed(texts));
    fc.assert(
      fc.property(fc.array(fc.nat(texts.length), {maxLength: 6}), (cuts) => {
        let saved = emptyState();
        const outcomes: Outcome[] = [];
        texts.forEach((text, index) => {
          const current = new Guard(settings, saved);
          outcomes.push(...current.take(recordOf(text, laterMs), laterMs, nobody, noAnswer));
          if (cuts.includes(index)) saved = reloaded(saved);
        });
        expect(blocksIn(outcomes)).toEqual(whole);
      }),
      {numRuns: 30},
    );
  });
});

const at = (second: number): string =>
  new Date(Date.UTC(2026, 10, 21, 12, 0, second)).toISOString();
const unknown = (name: string, second = 0, host = 'relay'): string =>
  `${at(second)} ${host} sm-mta[152]: 6ALC000c000152: <${name}@example.net>... User unknown`;
const from = (client: string, second = 0): string =>
  `${at(second)} relay sm-mta[152]: 6ALC000c000152: from=<a@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=[${client}]`;
/** `550 5.1.1 <name0@example.net>... User unknown` with its line end. Bytes. */
const refusedBytes = 46;
const kernelSays = (text: string): Ask => {
  const client = parseAddress(text);
  if (client === undefined) throw new Error(text);
  // It has written its greeting, and after that only refusals.
  let answeredBytes = 600;
  return () => ({client, proof: 'kernel', answeredBytes: (answeredBytes += refusedBytes)});
};
const known = (text: string): ClientView | undefined =>
  guard.judged.client(hostNetwork(address(text)), laterMs);
const scoreOf = (text: string): number | undefined => known(text)?.score;
const names = (count: number): string[] => Array.from({length: count}, (_, i) => `name${i}`);

describe('Guard asks the machine', () => {
  test('and blocks in the middle of the session, at the threshold', () => {
    const outcomes = feed(
      names(10).map((n) => unknown(n)),
      nobody,
      kernelSays('203.0.113.7'),
    );
    expect(blocksIn(outcomes)).toEqual(['203.0.113.7']);
    expect(state.blocks.get('203.0.113.7')).toMatchObject({
      network: '203.0.113.7',
      fromMs: Date.UTC(2026, 10, 21, 12),
      madeMs: laterMs,
      untilMs: Date.UTC(2026, 10, 21, 13),
      reason:
        '10 names that never took mail here (name8, name9, +8), none delivered, score 10.0 of 10, proof kernel',
      because: {
        rule: 'row',
        names: names(10)
          .slice(2)
          .map((n) => `${n}@example.net`),
      },
      origin: 'evidence',
    });
  });

  test('once for an envelope, with its pid and the time of its queue id', () => {
    const asked: unknown[] = [];
    feed(
      names(3).map((n) => unknown(n)),
      nobody,
      (question) => {
        asked.push(question);
        return kernelSays('203.0.113.7')(question);
      },
    );
    const envelopeMs = Date.UTC(2026, 10, 21, 12, 0, 0);
    expect(asked).toEqual([{pid: 152, numberedBy: 'log', queueId: '6ALC000c000152', envelopeMs}]);
  });

  test.each([
    ['another host logs it', unknown('a', 0, 'mail1')],
    ['another process logs it', unknown('a').replace('[152]', '[153]')],
    ['the queue id is none', unknown('a').replace('6ALC000c000152', '6ZLC000c000152')],
  ])('not when %s', (_, text) => {
    feed([text], nobody, () => {
      throw new Error('asked');
    });
    expect(state.envelopes.size).toBe(1);
  });
});

describe('Guard counts only', () => {
  test('the mailer by name and, where set, by host', () => {
    guard = new Guard({...settings, mailerHost: 'mail1'}, state);
    const other = names(10).map((n) => unknown(n));
    const postfix = names(10).map((n) => unknown(n, 0, 'mail1').replace('sm-mta', 'blocksmtp'));
    expect(feed([...other, ...postfix], nobody, kernelSays('203.0.113.7'))).toEqual([]);
    const own = names(10).map((n) => unknown(n, 0, 'mail1'));
    const line = from('203.0.113.7').replace(' relay ', ' mail1 ');
    expect(blocksIn(feed([...own, line]))).toEqual(['203.0.113.7']);
  });

  test('distinct recipients: one dead address tried a hundred times is one', () => {
    const outcomes = feed(
      Array<string>(100).fill(unknown('dead')),
      nobody,
      kernelSays('203.0.113.7'),
    );
    expect(blocksIn(outcomes)).toEqual([]);
    expect(scoreOf('203.0.113.7')).toBe(1);
  });

  test('distinct recipients, however they are written, also when the log alone tells the client', () => {
    const variants = Array.from({length: 2 ** 4}, (_, bits) =>
      Array.from('anna', (c, i) => ((bits >> i) & 1 ? c.toUpperCase() : c)).join(''),
    );
    const all = [...variants, ...names(30)].map((n) => unknown(n));
    expect(blocksIn(feed([...variants.map((n) => unknown(n)), from('203.0.113.7')]))).toEqual([]);
    expect(blocksIn(feed([...all, from('203.0.113.7')]))).toEqual(['203.0.113.7']);
  });

  test('nothing while the client is blocked; then it goes on with half of the bar', () => {
    const ask = kernelSays('203.0.113.7');
    const outcomes = feed(
      names(25).map((n) => unknown(n)),
      nobody,
      ask,
    );
    expect(outcomes.map(({kind}) => kind).slice(9)).toEqual([
      ...['counted', 'block'],
      ...Array<string>(15).fill('paid'),
    ]);
    expect(known('203.0.113.7')).toMatchObject({blocks: 1, score: 5});
    // In the hour after its first block a name weighs a quarter.
    const after = Array.from({length: 20}, (_, i) => unknown(`other${i}`, 3601));
    expect(blocksIn(feed(after.slice(1), nobody, ask))).toEqual([]);
    expect(feed(after.slice(0, 1), nobody, ask).at(-1)).toMatchObject({kind: 'block', repeat: 2});
    const block = state.blocks.get('203.0.113.7');
    expect((block?.untilMs ?? 0) - (block?.fromMs ?? 0)).toBe(86_400_000);
  });
});

describe('Guard, as time goes by and operators ask', () => {
  let ask: Ask;
  beforeEach(() => {
    ask = kernelSays('203.0.113.7');
  });
  const endMs = Date.UTC(2026, 10, 21, 13);
  beforeEach(
    () =>
      void feed(
        names(10).map((n) => unknown(n)),
        nobody,
        ask,
      ),
  );

  test('a block ends at its time, not before', () => {
    expect(endBlocks(state, endMs - 1)).toEqual([]);
    expect(endBlocks(state, endMs)).toMatchObject([{kind: 'lifted', why: 'ended'}]);
    expect(state.blocks.size).toBe(0);
  });

  test('a client that becomes exempt is unblocked', () => {
    const friends = new Exemptions(parseWhitelist('wl', '203.0.113.0/24'), undefined, []);
    expect(liftExempt(state, nobody, endMs - 1)).toEqual([]);
    expect(liftExempt(state, friends, endMs - 1)).toMatchObject([{kind: 'lifted', why: 'exempt'}]);
  });

  test('a client that is unblocked is a first offender again', () => {
    expect(unblock(state, '203.0.113.7', endMs - 1)).toMatchObject({why: 'operator'});
    expect(unblock(state, '203.0.113.7', endMs - 1)).toBeUndefined();
    const again = feed(
      names(10).map((n) => unknown(n, 60)),
      nobody,
      ask,
    );
    expect(again.at(-1)).toMatchObject({kind: 'block', repeat: 1});
  });

  test('all of it is in the history', () => {
    endBlocks(state, endMs);
    expect(state.history.map(({event, network}) => `${event} ${network}`)).toEqual([
      'blocked 203.0.113.7',
      'ended 203.0.113.7',
    ]);
  });

  test('a client is forgotten after 45 days of silence', () => {
    guard.sweep(endMs + 45 * 86_400_000);
    expect(state.clients.size).toBe(1);
    guard.sweep(endMs + 45 * 86_400_000 + 1000);
    expect(state.clients.size).toBe(0);
  });

  test('times that were noted while the clock was ahead begin now', () => {
    const nowMs = Date.UTC(2026, 10, 20);
    guard.sweep(nowMs);
    expect(state.blocks.get('203.0.113.7')).toMatchObject({
      fromMs: nowMs,
      untilMs: nowMs + 3600_000,
    });
    guard.sweep(nowMs + 3600_000);
    const late = unknown('late').replace(/^\S+/, new Date(nowMs + 3601_000).toISOString());
    const record = recordOf(late, nowMs + 3601_000);
    const told = guard.take(record, nowMs + 3601_000, nobody, ask);
    expect(told).toMatchObject([{kind: 'counted', weight: 0.25}]);
  });

  test('no block begins later than it is read', () => {
    const ahead = names(10).map((n) => unknown(n, 30));
    unblock(state, '203.0.113.7', endMs);
    const readMs = Date.UTC(2026, 10, 21, 12, 0, 10);
    for (const text of ahead) guard.take(recordOf(text, readMs), readMs, nobody, ask);
    expect(state.blocks.get('203.0.113.7')?.fromMs).toBe(readMs);
  });
});
