/**
 * Connects parts of the daemon to this machine: who is behind a line, and the two watches beside the pipeline, whether
 * blocks are effective, and which senders' mail leaves through the mailer. Decides nothing itself.
 */
import type {DeskParts} from './desk.js';
import type {Enforcement} from './enforcement/enforcement.js';
import {effectMargins} from '../blocks/effect.js';
import type {Config} from '../config/schema.js';
import type {State} from '../guard/state.js';
import {connectedMs} from '../mail/connections.js';
import {sendmail} from '../mail/sendmail/dialect.js';
import type {Address} from '../net/address.js';
import type {ExemptionWatch} from '../score/live/exemption-watch.js';
import {EffectWatch} from '../sessions/live/effect-watch.js';
import {Freezer} from '../sessions/live/freezer.js';
import {LineClients} from '../sessions/live/line-clients.js';
import {writerOf} from '../sessions/question.js';
import {SenderBook} from '../submission/book.js';
import {sendmailQueue} from '../submission/live/mail-queue.js';
import {MailWatch} from '../submission/live/mail-watch.js';
import {bookSettings} from '../submission/settings.js';
import type {NotesFile} from '../sys/disk/notes-file.js';
import type {Candidates} from '../sys/proc/proc.js';
import {sessionProcess} from '../sys/proc/session-process.js';
import {monotonicMs} from '../sys/run/clock.js';
import {hostName} from '../sys/run/machine.js';
import type {Log} from '../sys/talk/log.js';

interface Watched {
  readonly config: Config;
  readonly state: State;
  readonly log: Log;
}

interface Sessions {
  readonly candidates: Candidates;
  /** The ports at which clients are served. */
  readonly ports: readonly number[];
}

/** @param ports at which clients are served */
export function lineClients(
  {config, log, frozen}: Watched & {readonly frozen?: NotesFile},
  watch: ExemptionWatch,
  ports: readonly number[],
): LineClients {
  const isExempt = (client: Address): boolean => watch.exemptions.of(client) !== undefined;
  const view = {dialect: sendmail, notes: frozen, isExempt, now: monotonicMs, say: log.say};
  const freezer = new Freezer(config, view);
  return new LineClients({dialect: sendmail, ports}, config.attribution, freezer);
}

export function effectWatch(
  {config, state, log}: Watched,
  enforcement: Enforcement,
  watch: ExemptionWatch,
  {candidates, ports}: Sessions,
): EffectWatch {
  const {processes, isProgram} = sendmail;
  return new EffectWatch({
    margins: effectMargins(config.cutSessions),
    blockOf: (network) => state.blocks.get(network),
    isExempt: (client) => watch.exemptions.of(client) !== undefined || enforcement.letsPass(client),
    enforced: () => enforcement.enforced,
    check: () => enforcement.check(),
    connectedMs: (record, client) => connectedMs(state.connections, record, client),
    envelopeBegan: (record, queueId) =>
      processes.kind === 'onePerClient' ? processes.envelopeBegan(record, queueId) : undefined,
    processOf: (record) => sessionProcess(candidates, writerOf(record), isProgram),
    ...{ownHost: hostName(), ports},
    now: () => enforcement.now(),
    say: log.say,
  });
}

/** @returns undefined: it is off */
export function mailWatch(
  {config, state, log}: Watched,
  enforcement: Enforcement,
): MailWatch | undefined {
  if (config.outgoingMail === 'off') return undefined;
  return new MailWatch({
    ...{config, state, dialect: sendmail, ownHost: hostName(), queue: sendmailQueue},
    say: log.say,
    now: () => enforcement.now(),
    onCount: () => enforcement.noteChange('counted'),
  });
}

/** What the desk shows of the watch; without one, what was counted before. */
export function mailShown(
  mail: MailWatch | undefined,
  {config, state}: Watched,
): DeskParts['mail'] {
  const settings = bookSettings(config, () => undefined);
  return {
    book: mail?.book ?? new SenderBook(state, settings),
    is: mail === undefined ? 'left' : 'counted',
    queued: () => mail?.queued,
    inQueue: () => mail?.inQueue,
    longQueue: () => mail?.longQueue,
    holdTrouble: () => mail?.holdTrouble,
  };
}
