/**
 * Carries warnings of local programs that speak SMTP to people: always into the log, and by mail,
 * to a command, to a webhook and into a window with buttons, as the settings say. Waits for none of
 * them; each has bounds of its own (`delivery.ts`), and none that fails harms another.
 * `outgoing/warn/limits.ts` decides which programs lead to a warning, and how often.
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
  /** The user does not want to be warned of it again. The callee reports its own failures. */
  readonly onAllow: (sighting: Sighting, askedBy: string) => void;
  /** Whether a button for it makes sense; asked again before it is done. */
  readonly mayBeEnded: (target: Target) => boolean;
  /** Ends the process, if it may be. Never fails. @param askedBy for the log */
  readonly end: (target: Target, askedBy: string) => Promise<void>;
}

/** What a test has elsewhere. */
interface WarnerPlaces {
  readonly mailPort: number;
  /** Where the users' D-Bus sockets are: UID/bus. */
  readonly runtimeFolder: string;
}

const standardPlaces: WarnerPlaces = {mailPort: 25, runtimeFolder};

const labels = {kill: 'Kill', parent: 'Kill parent', allow: 'Allow'} as const;

export class Warner {
  readonly #settings: WarnerSettings;
  readonly #view: WarnerView;
  readonly #places: WarnerPlaces;
  readonly #deliveries: readonly WarningDelivery<Warning>[];
  /** What was clicked and is not done yet. */
  readonly #acts = new Set<Promise<void>>();

  constructor(settings: WarnerSettings, view: WarnerView, places = standardPlaces) {
    this.#settings = settings;
    this.#view = view;
    this.#places = places;
    this.#deliveries = this.#ways().map((way) => new WarningDelivery(way, view.say));
  }

  /** Says it, and sends it on its ways. Never waits, never fails. */
  warn(warning: Warning): void {
    this.#view.say('warning', warningText(warning));
    for (const delivery of this.#deliveries) delivery.take(warning);
  }

  /** Takes windows away and ends what is under way; a process that is being ended is waited for. */
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
      // What is allowed is a program; where none is known there is nothing to be allowed.
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
