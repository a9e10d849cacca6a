/**
 * The daemon under one configuration: connects the guard to the log, to the machine, and to operators. Log records
 * come from the sources, decisions go to `enforcement/`, and `desk.ts` answers. Decides nothing itself.
 */
import type {Block} from '../blocks/block.js';
import type {HistoryEntry} from '../blocks/history.js';
import type {Config} from '../config/schema.js';
import type {TrialView} from '../config/trial.js';
import type {Answer, ComplaintRequest, GuardRequest, MessageAnswer} from '../control/protocol.js';
import {ComplaintDesk} from './complaint/complaint-desk.js';
import {Desk, longestAnswerMs} from './desk.js';
import {Enforcement} from './enforcement/enforcement.js';
import {GreetingDesk} from './greeting/greeting-desk.js';
import {machineWay} from './greeting/machine-way.js';
import type {EffectWatch} from '../sessions/live/effect-watch.js';
import {ExemptionWatch, type KnownWhitelist} from '../score/live/exemption-watch.js';
import {keptListIn, nothingKept} from '../score/live/kept-list.js';
import {Learner} from './learner.js';
import {AlarmWatch} from './alarms/alarm-watch.js';
import {MetricsFile} from './metrics-file.js';
import {pathTroubles} from './path-troubles.js';
import {type SourceBatch, LogSources} from './sources.js';
import {effectWatch, lineClients, mailShown, mailWatch} from './watches.js';
import type {AtEnd} from '../firewall/live/family-keepers.js';
import type {GateReport} from '../greeting/report.js';
import type {GateWay} from '../greeting/way.js';
import type {RunCall} from '../firewall/live/part.js';
import {Guard} from '../guard/guard.js';
import {liftExempt} from '../guard/lifting.js';
import type {Outcome} from '../guard/outcome.js';
import {guardSettings} from '../guard/settings.js';
import type {State} from '../guard/state.js';
import {nobodyListens} from '../hearing/view.js';
import {mendLearning} from '../judge/learning.js';
import {sendmail} from '../mail/sendmail/dialect.js';
import type {Family} from '../net/address.js';
import {OutcomeTally} from '../overview/outcome-tally.js';
import type {EgressGuard} from '../outgoing/egress/live/egress-guard.js';
import {machineEgress} from '../outgoing/egress/live/on-this-machine.js';
import {AlarmBook} from '../report/alarms/alarms.js';
import {enforcedShare} from '../report/status.js';
import {statusBrief} from '../report/status-lines.js';
import type {Exemptions} from '../score/exempt.js';
import type {Stuck} from '../sessions/reap.js';
import {gatePorts, servedPorts, sessionPorts} from '../sessions/served-ports.js';
import type {LineClients} from '../sessions/live/line-clients.js';
import type {NotesFile} from '../sys/disk/notes-file.js';
import type {MailWatch} from '../submission/live/mail-watch.js';
import {atMost} from '../sys/run/at-most.js';
import {monotonicMs} from '../sys/run/clock.js';
import {hostName} from '../sys/run/machine.js';
import {otherVariant} from '../sys/firewall/netfilter.js';
import type {Log} from '../sys/talk/log.js';

interface Parts {
  readonly config: Config;
  readonly state: State;
  /** Saves the state; throws if it cannot. */
  readonly commit: () => void;
  /** Takes notes of blocks that are not saved yet; default: no process is ended before they are. */
  readonly notes?: NotesFile;
  /** Blocks that a killed run had noted; the state has them. Default: none. */
  readonly noted?: readonly Block[];
  /** Takes notes of frozen processes; default: none is frozen. */
  readonly frozen?: NotesFile;
  readonly history: (network: string, most: number) => readonly HistoryEntry[];
  readonly events?: (sinceMs: number, most: number) => readonly HistoryEntry[];
  /** Runs a firewall program. */
  readonly run: RunCall;
  readonly families: readonly Family[];
  readonly log: Log;
  /** The whitelist as the life before knew it; default: none. */
  readonly known?: KnownWhitelist;
  /** The alarms that the life before reported; default: none. */
  readonly alarmBook?: AlarmBook;
  /** Whether the configuration is on trial; default: no. */
  readonly trial?: () => TrialView;
  /** The rules that lead unknown clients to the gate; default: this machine's. */
  readonly way?: GateWay;
}

export class Daemon {
  readonly #config: Config;
  readonly #state: State;
  readonly #log: Log;
  readonly #guard: Guard;
  readonly #exemptionWatch: ExemptionWatch;
  readonly #enforcement: Enforcement;
  readonly #desk: Desk;
  readonly #clients: LineClients;
  readonly #noted: readonly Block[];
  readonly #effect: EffectWatch;
  readonly #metrics: MetricsFile;
  readonly #alarms: AlarmWatch;
  readonly #tally: OutcomeTally;
  readonly #greeting: GreetingDesk;
  readonly #complaints: ComplaintDesk;
  /** Counts the senders whose mail leaves through the mailer; undefined: it is off. */
  readonly #mail: MailWatch | undefined;
  /** Holds or rejects outgoing connections. `live` starts it. */
  readonly egress: EgressGuard;
  /** When it began to follow the log, by the monotonic clock. Ms. */
  #sinceMs: number | undefined;
  #isCaughtUp = false;
  #sources: LogSources | undefined;
  /** Ends when the latest blocks of exempt networks have been lifted. */
  #lifting: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    const {config, state, families, run, log, trial = () => ({kind: 'none'})} = parts;
    const {say} = log;
    [this.#config, this.#state, this.#log] = [config, state, log];
    const settings = guardSettings(config, hostName(), 'live', sendmail);
    const guard = new Guard(settings, state);
    const kept = config.dryRun ? nothingKept : keptListIn(config.stateDir);
    const watch = new ExemptionWatch(config, say, kept, parts.known);
    this.#tally = new OutcomeTally(state, config.threshold);
    const shared = {...parts, guard, exemptions: () => watch.exemptions};
    const enforcement = new Enforcement({
      ...shared,
      say,
      otherVariant,
      unwanted: 'keep',
      sessions: 'cut',
      onOutcomes: (outcomes) => this.#hear(outcomes),
    });
    this.#greeting = new GreetingDesk({
      ...shared,
      say,
      way: parts.way ?? machineWay(config, families, state, {run, say}, () => enforcement.save()),
      now: () => enforcement.now(),
      carryOut: (outcomes) => enforcement.carryOut(outcomes),
    });
    this.#complaints = new ComplaintDesk({
      ...shared,
      ...{say, judged: guard.judged, textOf: guard.known.textOf},
      ports: () => enforcement.ports,
      now: () => enforcement.now(),
      save: () => enforcement.save(),
    });
    this.egress = machineEgress(config, families, state, {run, say}, () => enforcement.save());
    const ports = sessionPorts(servedPorts(config.mailerPorts, state), gatePorts(config));
    this.#clients = lineClients(parts, watch, ports);
    const {candidates} = this.#clients;
    this.#effect = effectWatch(parts, enforcement, watch, {candidates, ports});
    this.#mail = mailWatch(parts, enforcement);
    this.#desk = new Desk({
      ...shared,
      effect: this.#effect,
      trial,
      paths: () => pathTroubles(config, this.#metrics.trouble),
      whitelist: () => watch.view,
      enforcement,
      policy: settings.policy,
      egress: () => this.egress.enforced,
      // By the clock as it is set now: the run time is right even if the clock was wrong at the start.
      sinceMs: () => this.#sinceMs && enforcement.now() - (monotonicMs() - this.#sinceMs),
      hearing: () => this.#sources?.hearing ?? nobodyListens,
      greeting: this.#greeting,
      complaints: this.#complaints,
      mail: mailShown(this.#mail, parts),
    });
    [this.#guard, this.#exemptionWatch, this.#enforcement] = [guard, watch, enforcement];
    this.#noted = parts.noted ?? [];
    const book = parts.alarmBook ?? new AlarmBook();
    this.#alarms = new AlarmWatch(config.dryRun ? {warnMail: ''} : config, say, book);
    this.#metrics = new MetricsFile(config.dryRun ? '' : config.metricsFile, say);
  }

  /**
   * Puts the saved blocks into the kernel. Does not make the log wait for a slow firewall.
   *
   * @param liftSinceMs blocks made on evidence since then are lifted instead; default: none
   */
  start(liftSinceMs?: number): void {
    this.#exemptionWatch.refresh();
    this.#clients.freezer.begin();
    for (const block of this.#noted) this.#guard.noted(block);
    this.#enforcement.start(liftSinceMs);
    this.#greeting.start();
    this.#complaints.start();
  }

  /** Follows the log until the signal fires. At the first start it learns from the old logs before. */
  async follow(signal: AbortSignal): Promise<void> {
    this.#sinceMs = monotonicMs();
    const sources = new LogSources(this.#config, this.#state, this.#log.say);
    const learner = new Learner({
      ...{names: sources.names, state: this.#state, say: this.#log.say},
      guard: {
        learn: (record, atMs) => this.#guard.learn(record, atMs, this.#exemptions),
        hasLearnt: (atMs) => this.#guard.hasLearnt(atMs),
      },
      plan: sources.plan,
      named: (record) => sources.named(record),
      save: () => this.#enforcement.save(),
    });
    this.#sources = sources;
    await learner.run(signal);
    await sources.follow(signal, (batch) => this.#takeBatch(batch, sources));
  }

  /** Checks whether the whitelist or the machine's addresses have changed; ends when the change is in force. */
  async refreshExemptions(): Promise<ExemptionWatch['state']> {
    // This runs each second, so a clock that somebody set is noticed soon too.
    const nowMs = this.#enforcement.now();
    this.#effect.look();
    if (this.#exemptionWatch.refresh() === 'changed') {
      const lifted = liftExempt(this.#state, this.#exemptions, nowMs);
      this.#lifting = this.#enforcement.carryOut(lifted);
      this.#greeting.exemptionsChanged();
    }
    // Also waits for an earlier call: a reload must not answer while its lifts wait for the firewall.
    await atMost(longestAnswerMs, this.#lifting);
    return this.#exemptionWatch.state;
  }

  /** Looks again for what other settings, or other tools, left in the firewall. */
  async lookForLeftovers(): Promise<void> {
    await this.#enforcement.lookForOthers();
    await this.egress.lookForLeftovers();
    await this.#greeting.lookForLeftovers();
  }

  /** Whether all blocks are in force and the log has been caught up with. */
  get isReady(): boolean {
    const families = [...this.#enforcement.enforced.values()];
    const isRead = families.every(({readMs}) => readMs !== undefined);
    return this.#isCaughtUp && isRead && enforcedShare(families) === 1;
  }

  /** The state in one line. */
  get brief(): string {
    return statusBrief(this.#desk.status());
  }

  get hasWhitelist(): boolean {
    return this.#exemptionWatch.hasList;
  }

  /** Drops expired state. */
  cleanse(): Promise<void> {
    mendLearning(this.#state.learning, this.#enforcement.now());
    this.#enforcement.sweep();
    return Promise.resolve();
  }

  /** The reaper has ended a process: logs that, and counts it against the client. */
  reaped(stuck: Stuck): void {
    if (this.#enforcement.isStopped) return;
    void this.#enforcement.carryOut(
      this.#guard.reaped(stuck, this.#enforcement.now(), this.#exemptions),
    );
  }

  /** Compares the firewall with the desired state, and repairs it. */
  async check(): Promise<void> {
    if (this.#enforcement.isStopped) return;
    await this.#enforcement.check();
    await this.egress.check();
    await this.#greeting.check();
    this.#enforcement.cutStanding();
    const status = this.#desk.status();
    this.#metrics.write(status);
    this.#alarms.look(status);
  }

  /** Answers one request of an operator. By then a change is in force, or is being retried. */
  answer(request: GuardRequest): Promise<Answer> {
    return this.#desk.answer(request);
  }

  /** Answers a request about complaints. */
  async complain(request: ComplaintRequest): Promise<Answer> {
    if (this.#enforcement.isStopped) return {kind: 'refused', message: 'the daemon is ending'};
    return this.#complaints.answer(request);
  }

  /** The gate reports; the consequences are saved soon. */
  greet(report: GateReport): MessageAnswer {
    if (this.#enforcement.isStopped) return {kind: 'refused', message: 'the daemon is ending'};
    const answer = this.#greeting.greet(report);
    if (report.visits.length > 0) this.noteChange();
    return answer;
  }

  /** Has excessive mail held, until the signal fires. */
  async watchMail(stop: AbortSignal): Promise<void> {
    await this.#mail?.run(stop);
  }

  /** Something in the state has changed; it may be saved later. */
  noteChange(): void {
    this.#enforcement.noteChange('counted');
  }

  /** Saves the state, then leaves the firewall as it is or removes what is ours. */
  async stop(firewall: AtEnd): Promise<'left' | 'removed' | 'failed'> {
    this.#clients.freezer.stop();
    await this.#enforcement.halt();
    await this.#alarms.stop();
    await this.#effect.stop();
    await this.#complaints.stop();
    const way = await this.#greeting.stop(firewall === 'remove' ? 'removed' : 'left');
    const egress = await this.egress.stop(firewall);
    const blocks = await this.#enforcement.stop(firewall);
    return egress === 'failed' || way === 'failed' ? 'failed' : blocks;
  }

  #hear(outcomes: readonly Outcome[]): void {
    const nowMs = this.#enforcement.now();
    for (const outcome of outcomes) this.#tally.hear(outcome, nowMs);
    this.#greeting.hear(outcomes);
    this.#complaints.hear(outcomes);
  }

  get #exemptions(): Exemptions {
    return this.#exemptionWatch.exemptions;
  }

  #takeBatch({records, place, savePlace, caughtUp}: SourceBatch, sources: LogSources): void {
    const clients = this.#clients.behind(records.map(({record}) => record));
    for (const sourced of records) {
      const {record, place: stands} = sourced;
      clients.next(record);
      const reading = this.#guard.read(record);
      sources.heard(sourced, reading);
      this.#mail?.take(record, reading);
      if (reading.kind === 'ignored') continue;
      const nowMs = this.#enforcement.now();
      const found = this.#guard.follow(reading, nowMs, this.#exemptions, clients.ask);
      if (found.length === 0) continue;
      if (this.#enforcement.cutFirst(found, clients.serving) === 'cut') clients.ended();
      for (const outcome of found) {
        const {kind} = outcome;
        if (kind === 'counted' || kind === 'paid') this.#effect.hear(record, outcome.evidence);
      }
      this.#log.say('debug', `the line at ${stands} counts:`);
      void this.#enforcement.carryOut(found);
    }
    savePlace();
    // Saved immediately: without a stored position, a start after a crash would skip what was written meanwhile.
    if (place === 'first') this.#enforcement.save();
    else if (place === 'moved') this.#enforcement.noteChange('moved');
    if (!caughtUp) return;
    this.#isCaughtUp = true;
    this.#enforcement.caughtUp();
  }
}
