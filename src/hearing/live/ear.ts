/**
 * Watches while the daemon runs: counts the lines of each source, and checks whether the logs exist.
 * Logs when the mailer is not heard, once for each reason, and when it is heard again.
 * `hearing/judge.ts` decides.
 */
import {Troubles} from '../../base/mechanisms/troubles.js';
import type {Say} from '../../base/say.js';
import {type HeardLine, Listener} from '../heard.js';
import {
  type Hearing,
  judgeMachine,
  judgeSource,
  type Silence,
  type Surroundings,
} from '../judge.js';
import {type HearingView, hearingView, type SourceView, sourceView} from '../view.js';
import {beforeText, deafText, waitText, type WantedSettings} from '../words.js';
import {Elsewhere, type SilentSince} from './elsewhere.js';
import {behindBytes, whyNotThere} from './place.js';
import type {LogPosition} from '../../log/position.js';
import {journalSource, type SourcePlan} from '../../log/source-plan.js';
import type {Dialect} from '../../mail/dialect.js';
import type {Clocks} from '../../base/clocks/clocks.js';
import {monotonicMs, nowMs} from '../../sys/run/clock.js';

/** The pause between two checks. Ms. */
const lookMs = 2000;

interface EarParts {
  readonly dialect: Dialect;
  readonly wanted: WantedSettings;
  readonly plan: SourcePlan;
  /** `auto`: one of the customary logs is enough. */
  readonly sourcesAre: 'auto' | 'named';
  /** Up to where a log was read; undefined: it never existed. */
  readonly positionOf: (path: string) => LogPosition | undefined;
  /** The ports at which this machine's mailer has clients; empty: the log is another machine's. */
  readonly ports: readonly number[];
  readonly say: Say;
}

interface Source {
  readonly listener: Listener;
  trouble: Surroundings['trouble'];
  wasThere: Surroundings['wasThere'];
}

export class Ear {
  readonly #parts: EarParts;
  readonly #sources = new Map<string, Source>();
  readonly #troubles: Troubles;
  readonly #elsewhere: Elsewhere;
  readonly #sinceMs = monotonicMs();
  /** The last reported reason by source; '' stands for all together. */
  readonly #reported = new Map<string, string>();
  /** By the monotonic clock, so that no alarm waits for a clock that was set back. */
  #lastMailerMs: number | undefined;
  #lastClientMs: number | undefined;
  #journalTrouble: Surroundings['trouble'];
  /** `before`: nothing is followed yet, because the old logs are read first. */
  #phase: 'before' | 'listening' = 'before';

  constructor(parts: EarParts) {
    this.#parts = parts;
    this.#troubles = new Troubles(parts.say);
    this.#elsewhere = new Elsewhere(parts, (record) =>
      this.take(journalSource, {kind: 'ignored', record, reason: 'otherProgram'}),
    );
    for (const source of this.#planned()) this.#sourceOf(source);
  }

  /** Takes the result of one line. */
  take(source: string, line: HeardLine): void {
    const {listener} = this.#sourceOf(source);
    const now = clocks();
    listener.take(line, now);
    const isMailers = line.kind === 'event' || line.kind === 'copy';
    const isOwn =
      line.kind === 'ignored' && (line.reason === 'noClient' || line.reason === 'piece');
    if (isMailers || isOwn) this.#lastMailerMs = now.monotonicMs;
    // A copy tells nothing of its own: the other source has delivered the line, whatever it is about.
    if (line.kind === 'event' && line.is !== 'own') this.#lastClientMs = now.monotonicMs;
  }

  /** @param why undefined: it can be read again */
  journal(why: string | undefined): void {
    if (why === undefined) this.#journalTrouble = undefined;
    else {
      const sinceMs = this.#journalTrouble?.sinceMs ?? monotonicMs();
      this.#journalTrouble = {kind: 'barred', why, sinceMs};
    }
  }

  /** Checks repeatedly, and reports changes, until the signal fires. */
  listen(signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#phase = 'listening';
    const timer = setInterval(() => {
      void this.#elsewhere.look(this.#silentSince, clocks(), signal);
      this.speak();
    }, lookMs);
    timer.unref();
    signal.addEventListener('abort', () => clearInterval(timer));
  }

  view(): HearingView {
    const now = monotonicMs();
    const judged = this.#judged(now);
    const sources = judged.map(([source, hearing]) => this.#viewOf(source, hearing));
    return hearingView(sources, this.#machine(now), this.#parts.wanted);
  }

  /** Reports what has changed. */
  speak(): void {
    const now = monotonicMs();
    const judged = this.#judged(now);
    for (const [source, hearing] of judged) this.#tell(source, `${source}: `, hearing);
    const isDeaf = judged.some(([, {kind}]) => kind === 'deaf');
    this.#tell('', '', isDeaf ? {kind: 'quiet'} : this.#machine(now));
  }

  #tell(source: string, head: string, hearing: Hearing): void {
    const before = this.#reported.get(source);
    const why = hearing.kind === 'deaf' ? hearing.why : undefined;
    if (why === before) return;
    if (before !== undefined) {
      const isOver = why === undefined;
      const over =
        hearing.kind === 'hears' || source === ''
          ? 'the mailer is heard again'
          : 'it can be read again';
      this.#troubles.end(`${source} ${before}`, isOver ? `${head}${over}` : undefined);
      this.#reported.delete(source);
    }
    if (hearing.kind !== 'deaf') return;
    this.#reported.set(source, hearing.why);
    const message = `${head}the mailer is not heard: ${deafText(hearing, this.#parts.wanted)}`;
    this.#troubles.begin(`${source} ${hearing.why}`, message, 'warning');
  }

  get #silentSince(): SilentSince {
    const {mailerMs, clientMs} = {mailerMs: this.#lastMailerMs, clientMs: this.#lastClientMs};
    return {mailerMs: mailerMs ?? this.#sinceMs, clientMs: clientMs ?? this.#sinceMs};
  }

  #machine(now: number): Hearing {
    const since = this.#silentSince;
    const silence: Silence = {mailerMs: now - since.mailerMs, clientMs: now - since.clientMs};
    return judgeMachine(this.#elsewhere.found(since), silence);
  }

  #judged(now: number): (readonly [string, Hearing])[] {
    this.#lookAtPlaces(now);
    const all = [...this.#sources];
    const isSomeThere = all.some(([, {trouble}]) => trouble === undefined);
    return all.flatMap(([source, {listener, trouble, wasThere}]) => {
      const isSpare = this.#parts.sourcesAre === 'auto' && isSomeThere && trouble !== undefined;
      const isPattern = this.#parts.plan.files.includes(source) && !this.#isPlain(source);
      if (isSpare || (isPattern && trouble === undefined)) return [];
      return [[source, judgeSource(listener.heard(), {trouble, wasThere}, now)] as const];
    });
  }

  #viewOf(source: string, hearing: Hearing): SourceView {
    const {listener, trouble} = this.#sourceOf(source);
    const heard = listener.heard();
    const position = this.#parts.positionOf(source);
    const {wanted} = this.#parts;
    const view = sourceView(source, heard, hearing, wanted, behindBytes(source, position));
    const notes = [
      ...(this.#phase === 'before' ? [beforeText] : []),
      ...(trouble === undefined || hearing.kind === 'deaf' ? [] : [waitText(trouble)]),
    ];
    return {...view, notes: [...notes, ...view.notes]};
  }

  #lookAtPlaces(now: number): void {
    const planned = this.#planned();
    for (const [name, source] of this.#sources) {
      if (name === journalSource) {
        source.trouble = this.#journalTrouble;
        continue;
      }
      const found = whyNotThere(name);
      if (found === undefined) {
        source.trouble = undefined;
        source.wasThere = 'yes';
      } else if (!planned.includes(name))
        this.#sources.delete(name); // the logs of a pattern come and go
      else source.trouble = {...found, sinceMs: source.trouble?.sinceMs ?? now};
    }
  }

  #sourceOf(name: string): Source {
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    const {dialect, positionOf} = this.#parts;
    const wasThere = positionOf(name) === undefined ? 'no' : 'yes';
    const listener = new Listener(dialect, clocks());
    const made: Source = {listener, trouble: undefined, wasThere};
    this.#sources.set(name, made);
    return made;
  }

  #planned(): string[] {
    const {files, journal} = this.#parts.plan;
    return journal === 'followed' ? [...files, journalSource] : [...files];
  }

  readonly #isPlain = (source: string): boolean => !/[*?][^/]*$/.test(source);
}

const clocks = (): Clocks => ({wallMs: nowMs(), monotonicMs: monotonicMs()});
