/** Never silently deaf, and no false alarm: at night, on a shared log, beside other programs. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {type HeardLine, Listener} from '../../src/hearing/heard.js';
import {
  judgeMachine,
  judgeSource,
  leastForeignLines,
  leastLines,
  leastSessions,
  leastUnreadableLines,
  longestMissingMs,
  longestQuietMs,
  longestRotationMs,
  longestSilenceMs,
  missedBy,
} from '../../src/hearing/judge.js';
import {sendmail} from '../../src/mail/sendmail/dialect.js';
import {
  clocksAt,
  foreign,
  heardOnce,
  judged,
  listened,
  nowMs,
  otherHost,
  otherName,
  ownDelivery,
  ownUnreadable,
  record,
  stillWaiting,
  times,
  unknown,
  unreadable,
} from './lines.js';

const deaf = (why: string) => expect.objectContaining({kind: 'deaf', why});
const line = (changes: Parameters<typeof record>[0], reason: 'otherWriter' | 'noClient') =>
  ({kind: 'ignored', record: record(changes), reason}) as const;
const strange = line({message: '6ALC000c000152: <x@example.net>... Gone fishing'}, 'noClient');

describe('deaf', () => {
  test.each([
    ['another name', otherName(), 'names'],
    ['a name that distributions use', foreign('sendmail', 'whatever'), 'names'],
    ['another host', otherHost, 'hosts'],
    ['another frame', ownUnreadable, 'frames'],
    ['no frame at all', unreadable('garbage'), 'frames'],
    ['other words', strange, 'grammar'],
    ['a header where the tag is read', foreign('UTC', `relay sm-mta[7]: ${unknown}`), 'frames'],
    ['a word in front', line({message: `[mail.info] ${unknown}`}, 'noClient'), 'grammar'],
    ['another writer', line({}, 'otherWriter'), 'writer'],
  ] as const)('from leastLines on: %s', (_, each, why) => {
    expect(judged(times(leastLines - 1, each))).toEqual({kind: 'quiet'});
    expect(judged(times(leastLines, each))).toEqual(deaf(why));
    expect(judged([...times(428, foreign()), ...times(leastLines, each)])).toEqual(
      each.kind === 'noFrame' && each !== ownUnreadable ? {kind: 'quiet'} : deaf(why),
    );
  });

  test('another mailer under the name that counts', () => {
    const postfix = line({message: 'connect from unknown[203.0.113.7]'}, 'noClient');
    expect(judged(times(leastForeignLines - 1, postfix))).toEqual({kind: 'quiet'});
    expect(judged(times(leastForeignLines, postfix))).toEqual(deaf('grammar'));
  });

  test('a submission that is heard does not hide the mailer that is not', () => {
    const lines = [...times(5, ownDelivery), ...times(leastLines, otherName('sm-mta'))];
    expect(judged(lines)).toEqual(deaf('names'));
  });

  test('a wrapper in JSON, and others, are seen through', () => {
    for (const wrapped of [
      `{"log":"Nov 21 12:00:00 relay sm-mta[1]: 6ALC000c000152: <a@example.net>... User unknown\\n","stream":"stdout"}`,
      '12:00:00 sm-mta: 6ALC000c000152: <a@example.net>... User unknown',
      '6ALC000c000152: <a@example.net>... User unknown\r',
    ]) {
      const {row} = listened([unreadable(wrapped)]);
      expect([wrapped, row.noFrameOwn]).toEqual([wrapped, 1]);
    }
  });

  test('never silently: whatever else is written, as long as nothing of the mailer counts', () => {
    const noise = fc.array(fc.constantFrom(foreign(), foreign('cron'), unreadable('x')));
    const lost = fc.constantFrom(otherName(), otherHost, ownUnreadable, strange);
    fc.assert(
      fc.property(noise, noise, lost, fc.integer({min: leastLines, max: 60}), (a, b, each, n) => {
        const lines = [...a, ...times(n, each), ...b];
        expect(judged(lines).kind).toBe('deaf');
        // And one line that is understood ends it.
        expect(judged([...lines, heardOnce])).toEqual({kind: 'hears'});
      }),
    );
  });
});

describe('no false alarm', () => {
  const night: fc.Arbitrary<HeardLine[]> = fc.array(
    fc.constantFrom(foreign(), foreign('dovecot', 'imap-login: Login'), stillWaiting, ownDelivery),
    {maxLength: 300},
  );

  test('on a log that other programs share, where the mailer is quiet or only its queue runs', () => {
    fc.assert(
      fc.property(night, fc.boolean(), fc.nat(10 * longestQuietMs), (lines, was, laterMs) => {
        const all = was ? [heardOnce, ...lines] : lines;
        expect(judged(all, laterMs)).toEqual({kind: was ? 'hears' : 'quiet'});
      }),
    );
  });

  test('a mailer that was heard may be silent for a day, while another instance or host speaks', () => {
    for (const each of [otherName(), otherHost, strange, line({}, 'otherWriter')]) {
      const lines = [heardOnce, ...times(1000, each)];
      expect(judged(lines, longestQuietMs - 1)).toEqual({kind: 'hears'});
      expect(judged(lines, longestQuietMs).kind).toBe('deaf');
    }
  });

  test('pieces of another text in a log that can be read', () => {
    const lines = [foreign(), heardOnce];
    const some = [...lines, ...times(leastUnreadableLines - 1, unreadable('  at x'))];
    expect(judged(some)).toEqual({kind: 'hears'});
    expect(judged([...some, unreadable('  at x')])).toEqual(deaf('frames'));
  });

  test('a log that is being rotated, or that came and went', () => {
    const at = (ms: number, wasThere: 'yes' | 'no', kind: 'gone' | 'barred' = 'gone') => {
      const trouble = {kind, why: 'no such file', sinceMs: nowMs};
      return judgeSource(listened([]), {trouble, wasThere}, nowMs + ms);
    };
    expect(at(longestMissingMs - 1, 'no')).toEqual({kind: 'quiet'});
    expect(at(longestMissingMs, 'no')).toEqual(deaf('missing'));
    expect(at(longestRotationMs - 1, 'yes')).toEqual({kind: 'quiet'});
    expect(at(longestRotationMs, 'yes')).toEqual(deaf('missing'));
    // No rotation takes the right to read it.
    expect(at(longestMissingMs, 'yes', 'barred')).toEqual(deaf('missing'));
  });
});

describe('all sources together', () => {
  const elsewhere = {name: '/var/log/maillog', lines: 3};
  test.each([
    ['silent, and nothing else is known', undefined, 0, 10 * longestQuietMs, 'quiet'],
    ['silent for a moment', elsewhere, leastSessions, longestSilenceMs - 1, 'quiet'],
    ['another log grows', elsewhere, 0, longestSilenceMs, 'deaf'],
    ['a few sessions', undefined, leastSessions - 1, longestSilenceMs, 'quiet'],
    ['sessions without a line', undefined, leastSessions, longestSilenceMs, 'deaf'],
  ] as const)('%s', (_, found, sessions, silentMs, kind) => {
    const machine = {elsewhere: found, sessions};
    const silence = {mailerMs: silentMs, clientMs: silentMs};
    expect(judgeMachine(machine, silence).kind).toBe(kind);
  });
});

test('lines of a local submission do not hide that sessions leave none; they show where the mailer logs', () => {
  const silence = {mailerMs: 0, clientMs: longestSilenceMs};
  const machine = {elsewhere: undefined, sessions: leastSessions};
  expect(judgeMachine(machine, silence)).toEqual(deaf('sessions'));
  const found = {elsewhere: {name: '/l', lines: 3}, sessions: 0};
  expect(judgeMachine(found, silence)).toEqual({kind: 'quiet'});
});

test('a clock that was set back does not make the patience longer', () => {
  const lines = [heardOnce, ...times(leastLines, otherHost)];
  const listener = new Listener(sendmail, clocksAt(nowMs));
  for (const line of lines) listener.take(line, {wallMs: 10 * nowMs, monotonicMs: nowMs});
  const around = {trouble: undefined, wasThere: 'yes'} as const;
  expect(judgeSource(listener.heard(), around, nowMs + longestQuietMs)).toEqual(deaf('hosts'));
});

test('lines that are left out beside those heard are worth a word', () => {
  const lines = [...times(leastLines, otherName()), ...times(leastLines, ownUnreadable), heardOnce];
  expect(judged(lines)).toEqual({kind: 'hears'});
  expect(missedBy(listened(lines)).map(({kind}) => kind)).toEqual(['unreadable', 'otherNames']);
  expect(missedBy(listened(times(200, stillWaiting)))).toEqual([{kind: 'noClient', lines: 200}]);
  expect(missedBy(listened([heardOnce]))).toEqual([]);
});
