/** What people read of the logs that are followed. */
import {describe, expect, test} from '@jest/globals';
import {nobodyListens, type SourceView} from '../../src/hearing/view.js';
import {hearingLines} from '../../src/report/hearing/lines.js';
import {nowMs, sourceOf} from './status-samples.js';

const lines = (...sources: SourceView[]): string[] =>
  hearingLines({...nobodyListens, sources}, nowMs);

describe('hearingLines', () => {
  test('the sources, the lines that count, and why the rest does not', () => {
    expect(lines(sourceOf())).toEqual([
      'follows /var/log/mail.log, hears: 428 lines, 28 of the mailer, 20 about clients, 3 signs, last line 5s ago, last sign 60s ago; not counted: 400 of other programs (`dovecot` 400), 8 with nothing about a client',
    ]);
  });

  test('a log in which nothing is written', () => {
    const none = {noFrame: 0, otherProgram: 0, otherHost: 0, otherWriter: 0, piece: 0, noClient: 0};
    const view = sourceOf({
      ...{verdict: 'quiet', lines: 0, mailerLines: 0, understood: 0, signs: 0, ignored: none},
      ...{programs: [], lastLineMs: undefined, lastSignMs: undefined, newestStampMs: undefined},
    });
    expect(lines(view)).toEqual([
      'follows /var/log/mail.log, quiet: 0 lines, 0 of the mailer, 0 about clients, 0 signs, silent for 60m',
    ]);
  });

  test.each([
    [{newestStampMs: nowMs - 3_605_000}, 'the newest stamp 60m behind the clock'],
    [{newestStampMs: nowMs + 3_595_000}, 'the newest stamp 60m ahead of the clock'],
    [{offsetSeconds: 3600}, "its stamps are 1h behind this machine's clock, corrected"],
    // Zones of half an hour.
    [{offsetSeconds: -19_800}, "its stamps are 330m ahead of this machine's clock, corrected"],
    [{behindBytes: 70_000}, '70000 bytes behind its end'],
  ])('lag: %j', (changes, text) => {
    expect(lines(sourceOf(changes))[0]).toContain(`, ${text}`);
    expect(lines(sourceOf())[0]).not.toContain(text.replace(/\d+\w?/, ''));
  });

  test('each trouble, in a line of its own; and not more lines than a screen has', () => {
    const hearing = {...nobodyListens, verdict: 'deaf', why: ['/l: x']} as const;
    expect(hearingLines(hearing, nowMs)).toEqual(['the mailer is NOT HEARD: /l: x']);
    expect(lines(sourceOf({notes: ['y']}))[1]).toBe('/var/log/mail.log: y');
    const many = Array.from({length: 100}, () => sourceOf());
    expect(lines(...many)).toHaveLength(13);
    expect(lines(...many).at(-1)).toBe('and 88 logs more');
  });
});
