/** Why the mailer is not heard, and what would help: each in one sentence. */
import {describe, expect, test} from '@jest/globals';
import {sourceView, hearingView} from '../../src/hearing/view.js';
import type {WantedSettings} from '../../src/hearing/words.js';
import {judgeSource} from '../../src/hearing/judge.js';
import type {HeardLine} from '../../src/hearing/heard.js';
import {
  foreign,
  listened,
  nowMs,
  otherHost,
  otherName,
  ownUnreadable,
  record,
  times,
} from './lines.js';

const wanted: WantedSettings = {names: ['sendmail'], host: undefined, namesAre: 'named'};

function whyOf(lines: readonly HeardLine[], changes: Partial<WantedSettings> = {}): string {
  const heard = listened(lines);
  const hearing = judgeSource(heard, {trouble: undefined, wasThere: 'yes'}, nowMs);
  return sourceView('/l', heard, hearing, {...wanted, ...changes}, undefined).why;
}

describe('why', () => {
  test('another name', () => {
    expect(whyOf([...times(28, foreign()), ...times(400, otherName('sm-mta'))])).toBe(
      '0 of 428 lines are of `sendmail`; 400 are of `sm-mta`: set mailer_syslog_name = "sm-mta"',
    );
    const auto = {names: ['sm-mta', 'sendmail'], namesAre: 'auto'} as const;
    expect(whyOf(times(12, otherName()), auto)).toBe(
      '0 of 12 lines are of the mailer (mailer_syslog_name = "auto"); 12 are of `mta-in`: set mailer_syslog_name = "mta-in"',
    );
  });

  test('a hostile name is quoted, cut, and no advice', () => {
    const why = whyOf(times(12, otherName('`; rm -rf /\x1b[31m')));
    expect(why).toBe(
      "0 of 12 lines are of `sendmail`; 12 are of `'; rm -rf /?[31m`: set mailer_syslog_name",
    );
  });

  test('another host', () => {
    expect(whyOf(times(12, otherHost), {host: 'mail2'})).toBe(
      'all 12 lines of `sendmail` are of the host `mail1`, and mailer_syslog_host = "mail2": set mailer_syslog_host, or leave it empty',
    );
  });

  test('another frame', () => {
    expect(whyOf(times(428, ownUnreadable))).toBe(
      '428 lines do not begin with a time that is known: `2026 Nov 28 12:00:00 relay sm-mta[4711]: 6ALC000c000152: ...`; docs/log-grammar.md (installed in /usr/share/doc/blocksmtp) lists the frames that are read',
    );
  });

  test('other words', () => {
    const message = '6ALC000c000152: <x@example.net>... Gone fishing';
    const line = {kind: 'ignored', record: record({message}), reason: 'noClient'} as const;
    expect(whyOf(times(12, line))).toContain(`the words are not known: \`${message}\``);
  });
});

test('all sources: deaf if one is, with its name; else it hears if one does', () => {
  const view = (lines: readonly HeardLine[]) => {
    const heard = listened(lines);
    const hearing = judgeSource(heard, {trouble: undefined, wasThere: 'yes'}, nowMs);
    return sourceView('/l', heard, hearing, wanted, 7);
  };
  const event: HeardLine = {kind: 'event', record: record(), is: 'sign'};
  const [hears, quiet, deaf] = [view([event]), view([]), view(times(12, otherName()))];
  const of = (...sources: (typeof hears)[]) => hearingView(sources, {kind: 'quiet'}, wanted);
  expect(of(hears, quiet).verdict).toBe('hears');
  expect(of(quiet).verdict).toBe('quiet');
  expect(of(hears, deaf)).toMatchObject({verdict: 'deaf', why: [`/l: ${deaf.why}`]});
  expect(hears).toMatchObject({lines: 1, mailerLines: 1, understood: 1, signs: 1, behindBytes: 7});
});
