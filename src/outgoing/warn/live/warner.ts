/**
 * Brings warnings about local programs that speak SMTP to people. A warning always goes into the log. As
 * the settings say, it also goes into a mail, to a command, to a webhook and into a window with buttons.
 * The warner waits for none of these. Each has its own bounds (`delivery.ts`), and a failure of one does
 * not affect another. `outgoing/warn/limits.ts` decides which programs lead to a warning, and how often.
 */
import type {Config} from '../../../config/schema.js';
import type {Say} from '../../../base/say.js';
import {parentOf, type Target, killTargetOf} from '../may-be-ended.js';
import type {Delivered} from '../delivered.js';
import type {Sighting} from '../../owner.js';
import {
  markupText,
  uidOf,
  type Warning,
  warningBody,
  warningJson,
  warningText,
  warningTitle,
} from '../warning.js';
import {type Button, desktopUser, runtimeFolder, showWindow} from '../../../sys/talk/desktop.js';
import {hostName} from '../../../sys/run/machine.js';
import {WarningDelivery, type WarningWay} from './delivery.js';
import {plainWays, type Said, windowMs, windows} from './ways.js';

export type WarnerSettings = Pick<Config, 'warnMail' | 'warnCommand' | 'warnWebhook' | 'warnUser'>;

interface WarnerView {
  readonly say: Say;
  /** Called when a user clicks "allow": no more warnings about this program. The callee logs its own failures. */
  readonly onAllow: (sighting: Sighting, askedBy: string) => void;
  /** Whether the window gets a button that ends the process. `end` checks it again. */
  readonly mayBeEnded: (target: Target) => boolean;
  /** Ends the process, if that is allowed. Never fails. @param askedBy for the log */
  readonly end: (target: Target, askedBy: string) => Promise<void>;
}

/** Paths of this machine. A test has others. */
interface WarnerPlaces {
  readonly mailPort: number;
  /** The folder in which each user's D-Bus socket is `UID/bus`. */
  readonly runtimeFolder: string;
}

const standardPlaces: WarnerPlaces = {mailPort: 25, runtimeFolder};

const labels = {kill: 'Kill', parent: 'Kill parent', allow: 'Allow'} as const;

export class Warner {
  readonly #settings: WarnerSettings;
  readonly #view: WarnerView;
  readonly #places: WarnerPlaces;
  readonly #deliveries: readonly WarningDelivery<Warning>[];
  /** Work that a click has started and that is not done yet. */
  readonly #acts = new Set<Promise<void>>();

  constructor(settings: WarnerSettings, view: WarnerView, places = standardPlaces) {
    this.#settings = settings;
    this.#view = view;
    this.#places = places;
    this.#deliveries = this.#ways().map((way) => new WarningDelivery(way, view.say));
  }

  /** Logs the warning, and starts its deliveries. Does not wait, and never fails. */
  warn(warning: Warning): void {
    this.#view.say('warning', warningText(warning));
    for (const delivery of this.#deliveries) delivery.take(warning);
  }

  /** Closes windows, and ends deliveries. Waits for processes that are being ended. */
  async stop(): Promise<void> {
    await Promise.all(this.#deliveries.map((delivery) => delivery.stop()));
    await Promise.all(this.#acts);
  }

  #ways(): WarningWay<Warning>[] {
    const whose = ({sighting}: Warning): number => uidOf(sighting) ?? -1;
    const plain = plainWays(this.#settings, said, whose, this.#places.mailPort);
    if (this.#settings.warnUser === '') return plain;
    const window = {name: 'window', bounds: windows, timeoutMs: windowMs, uidOf: whose};
    return [...plain, {...window, deliver: this.#window}];
  }

  readonly #window = async (warning: Warning, stop: AbortSignal): Promise<Delivered> => {
    const {warnUser} = this.#settings;
    const folder = this.#places.runtimeFolder;
    const found = await desktopUser(warnUser, folder);
    if (found.kind === 'none') return {kind: 'failed', why: found.why};
    const window = {
      title: 'A program speaks SMTP',
      body: markupText(warningBody(warning)),
      buttons: this.#buttons(warning.sighting),
    };
    const shown = await showWindow(found.user, window, folder, stop);
    if (shown.kind === 'failed') return shown;
    if (shown.kind === 'clicked') this.#act(shown.id, warning.sighting, found.user.name);
    return {kind: 'done'};
  };

  #buttons(sighting: Sighting): Button[] {
    const {mayBeEnded} = this.#view;
    const [target, parent] = [killTargetOf(sighting), parentOf(sighting)];
    const ids: (keyof typeof labels)[] = [
      ...(target !== undefined && mayBeEnded(target) ? (['kill'] as const) : []),
      ...(parent !== undefined && mayBeEnded(parent) ? (['parent'] as const) : []),
      // Only a program can be allowed, so its path must be known.
      ...((sighting.owner?.executable ?? '') === '' ? [] : (['allow'] as const)),
    ];
    return ids.map((id) => ({id, label: labels[id]}));
  }

  #act(id: string, sighting: Sighting, user: string): void {
    const askedBy = `${user} at the desktop`;
    if (id === 'allow') {
      this.#view.onAllow(sighting, askedBy);
      return;
    }
    const target = id === 'kill' ? killTargetOf(sighting) : parentOf(sighting);
    if (target === undefined) return;
    const act = this.#view.end(target, askedBy).finally(() => this.#acts.delete(act));
    this.#acts.add(act);
  }
}

const said = (warning: Warning): Said => ({
  title: warningTitle(warning),
  lines: warningBody(warning),
  json: warningJson(warning, hostName()),
});
