/** What the scanner must give, by the parsers that it runs ahead of; and what it does give. */
import {longestLineBytes} from '../../src/base/bytes.js';
import {Guard} from '../../src/guard/guard.js';
import {emptyState} from '../../src/guard/state.js';
import {isEvidenceKind} from '../../src/mail/evidence.js';
import type {MailEvent} from '../../src/mail/mail-event.js';
import {type LineScan, lineScan} from '../../src/scan/scanner.js';
import {settings} from '../score/samples.js';

/** Well after all lines of the tests. */
export const readMs = Date.UTC(2026, 11, 1);

export interface PlacedLine {
  readonly offset: number;
  readonly text: string;
}

export function linesOf(log: string): PlacedLine[] {
  let offset = 0;
  return log.split('\n').map((text) => {
    const line = {offset, text};
    offset += text.length + 1;
    return line;
  });
}

/** Of a piece of a split message all pieces are needed, whatever it says in the end. */
const piece = /^(?:[0-9A-Za-z]{8}\d{6,10}|NOQUEUE|)\[\d{1,3}\]: /;

/** What a client and a name have behind them speaks for them, whenever it was. */
const delivery = /^[0-9A-Za-z]{8}\d{6,10}: to=.*, stat=Sent(?: \(.*\))?$/s;

/** Lines without which a replay could come to another verdict. */
export function linesThatMatter(log: string): PlacedLine[] {
  const guard = new Guard(settings, emptyState('unsaved'));
  const frames = settings.dialect.frames();
  const names: readonly string[] = settings.mailerNames;
  const spoken = new Set<string>();
  return linesOf(log).filter((line) => {
    if (line.text === '' || line.text.length > longestLineBytes) return false;
    const framed = frames.read({source: 'log', ...line}, readMs);
    if (framed.kind === 'none') return false;
    const {program, message} = framed.record;
    const reading = guard.read(framed.record);
    if (names.includes(program) && piece.test(message)) return true;
    if (names.includes(program) && delivery.test(message)) return true;
    if (reading.kind === 'ignored') return false;
    const {event} = reading;
    if (event.kind === 'noCommands') {
      return event.queueId !== undefined && spoken.has(event.queueId);
    }
    if ('queueId' in event && event.queueId !== undefined && isEvidenceKind(event.kind)) {
      spoken.add(event.queueId);
    }
    return !weighsNothing(event);
  });
}

const weightless: ReadonlySet<MailEvent['kind']> = new Set(['encrypted', 'tlsFailed']);

const weighsNothing = (event: MailEvent): boolean =>
  weightless.has(event.kind) || (event.kind === 'connectionRefused' && event.queueId === undefined);

/**
 * What the scanner gives of a log that comes in pieces.
 *
 * @param cuts where pieces may end: each takes effect at the next newline, as the reader cuts
 */
export function linesGiven(scanner: LineScan, log: string, cuts: readonly number[]): PlacedLine[] {
  const given: PlacedLine[] = [];
  let begin = 0;
  for (const cut of [...cuts].sort((a, b) => a - b).concat(log.length)) {
    const newline = cut === log.length ? -1 : log.indexOf('\n', cut);
    const end = newline < 0 ? log.length : newline + 1;
    if (end <= begin) continue;
    const offset = begin;
    // What stood there before is still behind the piece, as in a reader that uses its room again.
    scanner.room.set(Buffer.from(log.slice(begin, end), 'latin1'));
    scanner.each(end - begin, (start, stop) => {
      given.push({offset: offset + start, text: log.slice(offset + start, offset + stop)});
    });
    begin = end;
  }
  return given;
}

/** Lines that matter and that a new scanner does not give. */
export function missedLines(log: string, cuts: readonly number[] = []): string[] {
  const scanner = lineScan(settings.dialect.scan, settings.mailerNames);
  const given = new Set(linesGiven(scanner, log, cuts).map(({offset}) => offset));
  return linesThatMatter(log)
    .filter(({offset}) => !given.has(offset))
    .map(({text}) => text);
}
