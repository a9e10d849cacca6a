/**
 * `blocksmtp explain`: shows what the daemon reads from each line of a log: the frame, the event,
 * the session, what the line counted, with its proof and score; or why the line was skipped. The
 * pipeline is the daemon's own, except that it does not ask the kernel: these processes have ended.
 */
import {printable} from '../../base/printable.js';
import {jsonWithTimes, localTime} from '../../base/time-text.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Config} from '../../config/schema.js';
import {ExemptionWatch} from '../../score/live/exemption-watch.js';
import {Guard} from '../../guard/guard.js';
import {askNobody} from '../../guard/joining.js';
import type {Outcome, ReadRecord} from '../../guard/outcome.js';
import {guardSettings} from '../../guard/settings.js';
import {emptyState} from '../../guard/state.js';
import {wantedSettings} from '../../hearing/names.js';
import {type HeardOffline, OfflineEar} from '../../hearing/offline.js';
import type {Bar, Judged} from '../../judge/view.js';
import type {Line} from '../../log/line.js';
import {Lines} from '../../log/lines.js';
import type {LogRecord} from '../../log/record.js';
import {isEvidenceKind, type Proof} from '../../mail/evidence.js';
import type {SessionView} from '../../mail/join-outcome.js';
import type {MailEvent} from '../../mail/mail-event.js';
import {sendmail} from '../../mail/sendmail/dialect.js';
import {hostNetwork} from '../../net/network.js';
import {outcomeText} from '../../report/outcome-text.js';
import {PartOfLog} from '../../replay/part-of-log.js';
import {heardText} from '../../replay/replayed-text.js';
import {stepText} from '../../submission/step-text.js';
import {openLogInput} from '../../sys/follow/log-input.js';
import {hostName} from '../../sys/run/machine.js';
import type {Log} from '../../sys/talk/log.js';

type EventFacts = Readonly<Record<string, string | number | undefined>> & {readonly kind: string};

/** How one piece of evidence was weighed. Score and bars are the client's after it, in names. */
interface WeighedEvidence {
  readonly weighed: 'counted' | 'exempt' | 'paid' | 'unproven';
  readonly kind: string;
  readonly client: string;
  readonly subject: string;
  readonly proof: Proof;
  readonly score: number | null;
  /** What it added, in names; null: nothing, or unknown. */
  readonly weight: number | null;
  /** The scores at which the client is blocked; empty: the client is not judged. */
  readonly bars: readonly Bar[];
}

/** What `explain` shows of one line; `--json` prints it as it is. */
interface Explained {
  readonly source: string;
  /** The line number, from 1. */
  readonly number: number;
  /** Where the line begins. Bytes. */
  readonly offset: number;
  readonly line: string;
  readonly record: LogRecord | null;
  readonly event: EventFacts | null;
  /**
   * What is known of the envelope after this line; null if nothing is, or if the envelope has ended.
   */
  readonly session: SessionView | null;
  /** What this line counted, or would have counted. */
  readonly evidence: readonly WeighedEvidence[];
  /** What followed, in words; if nothing did, why. */
  readonly outcome: string;
}

/** What was found out about a line, without its position. */
type Findings = Omit<Explained, 'source' | 'number' | 'offset' | 'line'>;

/** The greatest length of a quoted line or subject. Characters. */
const quotedCharacters = 2000;

export async function explain(
  path: string,
  config: Config,
  form: 'text' | 'json',
  log: Log,
  output: {readonly print: (text: string) => void},
): Promise<ExitCode> {
  const state = emptyState('unsaved');
  const guard = new Guard(guardSettings(config, hostName(), 'past', sendmail), state);
  const ear = new OfflineEar(sendmail, wantedSettings(config, sendmail), (record) =>
    guard.read(record),
  );
  const exemptionWatch = new ExemptionWatch(config, log.say);
  exemptionWatch.refresh();
  const part = new PartOfLog();
  try {
    const input = openLogInput(path);
    const lines = new Lines(input.name);
    const print = (line: Line, findings: Findings): void => {
      const {source, offset, text} = line;
      const explained = {source, number: lines.number, offset, line: text, ...findings};
      output.print(form === 'json' ? `${jsonWithTimes(explained)}\n` : asText(explained));
    };
    const frames = sendmail.frames();
    for await (const piece of input.pieces) {
      for (const line of lines.of(piece)) {
        const framed = frames.read(line, input.changedMs);
        if (framed.kind === 'none') {
          ear.unframed(line.text, framed.why);
          print(line, {...nothing, record: null, outcome: `ignored: ${framed.why}`});
          continue;
        }
        const {record} = framed;
        const reading = guard.read(record);
        ear.record(record, reading);
        if (reading.kind === 'ignored') {
          print(line, {...nothing, record, outcome: passedOver(reading)});
          continue;
        }
        const {changedMs} = input;
        const followed = guard.follow(reading, changedMs, exemptionWatch.exemptions, askNobody);
        const outcomes = withBars(followed, guard.judged, Math.min(record.atMs, changedMs));
        const session = guard.session(reading);
        part.take(reading.record, reading.event, session);
        print(line, {
          record,
          event: plain(reading.event),
          session: session ?? null,
          evidence: outcomes.flatMap(weighed),
          outcome: outcomeOf(reading, outcomes),
        });
      }
      state.history.length = 0;
    }
    return ended(ear.end(), part.advice, form, log, output);
  } catch (error) {
    log.say('error', (error as Error).message);
    return exitCode.unavailable;
  }
}

function outcomeOf(
  {record, event}: Extract<ReadRecord, {kind: 'event'}>,
  outcomes: readonly Outcome[],
): string {
  return [outcomesText({event}, outcomes), onItsWay(record, event) ?? []].flat().join('; ');
}

function passedOver({record, why}: Extract<ReadRecord, {kind: 'ignored'}>): string {
  return (record && onItsWay(record, undefined)) ?? `ignored: ${why}`;
}

/** What the watch on outgoing mail reads from the line. */
function onItsWay(record: LogRecord, event: MailEvent | undefined): string | undefined {
  const step = sendmail.readTransit(record, event);
  return step && stepText(step);
}

/**
 * How the log ended. Between JSON objects there is no place for a sentence, so with --json it goes
 * to standard error.
 */
function ended(
  heard: HeardOffline,
  advice: readonly string[],
  form: 'text' | 'json',
  log: Log,
  output: {readonly print: (text: string) => void},
): ExitCode {
  const {verdict, why} = heard;
  if (form === 'text') for (const each of advice) output.print(`${each}\n`);
  else for (const each of advice) log.say('warning', each.trim());
  if (form === 'text') output.print(heardText(heard));
  else for (const each of why) log.say(verdict === 'deaf' ? 'error' : 'warning', each);
  return verdict === 'deaf' ? exitCode.no : exitCode.ok;
}

/**
 * Adds the bars that the score is compared with. If the client is blocked now, the reason of the
 * block already contains them.
 */
function withBars(outcomes: readonly Outcome[], judged: Judged, atMs: number): Outcome[] {
  const isBlocked = outcomes.some(({kind}) => kind === 'block');
  return outcomes.map((outcome) => {
    if (outcome.kind !== 'counted' || isBlocked) return outcome;
    const known = judged.client(hostNetwork(outcome.evidence.client), atMs);
    return {...outcome, bars: known?.bars ?? []};
  });
}

const nothing = {event: null, session: null, evidence: []} as const;

/** For evidence that counts nothing. */
const noScore: Partial<Pick<Extract<Outcome, {kind: 'counted'}>, 'score' | 'weight' | 'bars'>> = {};

function weighed(outcome: Outcome): WeighedEvidence[] {
  if (
    outcome.kind !== 'counted' &&
    outcome.kind !== 'exempt' &&
    outcome.kind !== 'paid' &&
    outcome.kind !== 'unproven'
  ) {
    return [];
  }
  const {kind, client, subject, proof} = outcome.evidence;
  const {score = null, weight = null, bars = []} = outcome.kind === 'counted' ? outcome : noScore;
  return [{weighed: outcome.kind, kind, client: client.text, subject, proof, score, weight, bars}];
}

function outcomesText({event}: {event: MailEvent}, outcomes: readonly Outcome[]): string {
  return (
    outcomes.map(outcomeText).join('; ') ||
    (withoutOutcome[event.kind] ?? (isEvidenceKind(event.kind) ? noneYet : 'weighs nothing'))
  );
}

const noneYet = 'held until a line tells whose it was';

/** Why an event has no effect yet, for the events where that is normal. */
const withoutOutcome: Readonly<Partial<Record<MailEvent['kind'], string>>> = {
  connected: 'says which client this process serves from now on',
  envelopeEnd: 'the end of an envelope in which nothing was refused',
  undeliverable: 'mail of a local program: no client is to blame',
  delivered: 'mail from before this log: its client is unknown',
};

function plain(event: MailEvent): EventFacts {
  if (event.kind === 'undeliverable') {
    const recipients = event.recipients.map(({subject}) => subject).join(' ');
    return {...event, recipients, nextHost: event.nextHost?.text};
  }
  if (event.kind === 'delivered') {
    const {kind, queueId, sure, others, inNameOf, nextHost} = event;
    const recipients = [...others, ...sure].join(' ');
    return {kind, queueId, recipients, inNameOf, nextHost: nextHost?.text};
  }
  return {...event, client: event.client?.text, subjectIs: undefined};
}

function asText({source, number, line, record, event, session, outcome}: Explained): string {
  const head = `${printable(source, quotedCharacters)}:${number}: ${printable(line, quotedCharacters)}\n`;
  const frame =
    record === null
      ? ''
      : `    record:  ${localTime(record.atMs)} host ${printable(record.host, quotedCharacters) || '-'}, program ${printable(record.program, quotedCharacters)}, pid ${record.pid}${record.times > 1 ? `, ${record.times} times` : ''}\n`;
  const read = event === null ? '' : `    event:   ${eventText(event)}\n`;
  const known = session === null ? '' : `    session: ${sessionText(session)}\n`;
  return `${head}${frame}${read}${known}    outcome: ${outcome}\n`;
}

function sessionText({client, proof, held}: SessionView): string {
  const whose = client === undefined ? 'client not known yet' : `client ${client}`;
  return `${whose}${proof === undefined ? '' : `, proof ${proof}`}${held === 0 ? '' : `, ${held} held`}`;
}

function eventText({kind, ...facts}: EventFacts): string {
  const parts = Object.entries(facts).flatMap(([name, value]) =>
    value === undefined || value === ''
      ? []
      : `${name} ${printable(String(value), quotedCharacters)}`,
  );
  return [kind, ...parts].join(', ');
}
