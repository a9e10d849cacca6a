/**
 * Carries warnings of local programs that speak SMTP to people: always into the log, and by mail, to a
 * command, to a webhook and into a window with buttons, as the settings say. None of them is waited
 * for, each has bounds of its own (`delivery.ts`), and none that fails harms another. Of whom is
 * warned, and how often, `outgoing/warn/limits.ts` decides.
 */
import type {Config} from '../../../config/schema.js';
import type {Say} from '../../../base/say.js';
import {parentOf, type Target, killTargetOf} from '../may-be-ended.js';
import type {Delivered} from '../delivered.js';
import type {Sighting} from '../../owner.js';
import {
  markupText,
  type Warning,
  warningBody,
  warningJson,
  warningText,
  warningTitle,
} from '../warning.js';
import {runCommand} from '../../../sys/run/command.js';
import {type Button, desktopUser, runtimeFolder, showWindow} from '../../../sys/talk/desktop.js';
import {hostName} from '../../../sys/run/machine.js';
import {sendMail} from '../../../sys/talk/mail.js';
import {postJson} from '../../../sys/talk/webhook.js';
import {WarningDelivery, type WarningWay} from './delivery.js';

export type WarnerSettings = Pick<Config, 'warnMail' | 'warnCommand' | 'warnWebhook' | 'warnUser'>;

interface WarnerView {
  readonly say: Say;
  /** The user does not want to be warned of it again. Failures are said by whoever does it. */
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

/** A window is withdrawn then: what it tells of is over, and its pid may be another process. Ms. */
const windowMs = 10 * 60_000;
/** A mail, a command and a request have so long. Ms. */
const deliveryMs = 60_000;

/** Nobody reads more mails in an hour; what is left out stands in the log. Counts. */
const letters = {atOnce: 1, waiting: 20, anHour: 30};
/** A program may sort them: more than for people. Counts. */
const records = {atOnce: 2, waiting: 100, anHour: 600};
/** More windows would cover the screen, and one that waited would come too late. Counts. */
const windows = {atOnce: 3, waiting: 0, anHour: 30};

const labels = {kill: 'Kill', parent: 'Kill parent', allow: 'Allow'} as const;

export class Warner {
  readonly #settings: WarnerSettings;
  readonly #view: WarnerView;
  readonly #places: WarnerPlaces;
  readonly #deliveries: readonly WarningDelivery[];
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

  #ways(): WarningWay[] {
    const {warnMail, warnCommand, warnWebhook, warnUser} = this.#settings;
    const ways: (WarningWay & {readonly to: string})[] = [
      {name: 'mail', to: warnMail, bounds: letters, timeoutMs: deliveryMs, deliver: this.#mail},
      {
        name: 'command',
        to: warnCommand,
        bounds: records,
        timeoutMs: deliveryMs,
        deliver: run(warnCommand),
      },
      {
        name: 'webhook',
        to: warnWebhook,
        bounds: records,
        timeoutMs: deliveryMs,
        deliver: post(warnWebhook),
      },
      {name: 'window', to: warnUser, bounds: windows, timeoutMs: windowMs, deliver: this.#window},
    ];
    return ways.filter(({to}) => to !== '');
  }

  readonly #mail = (warning: Warning, stop: AbortSignal): Promise<Delivered> => {
    const ownName = hostName().replaceAll(/[^A-Za-z0-9.-]/g, '-') || 'localhost';
    const mail = {
      from: `blocksmtp@${ownName}`,
      to: this.#settings.warnMail,
      subject: `[${ownName}] ${warningTitle(warning)}`,
      text: `${warningBody(warning).join('\n')}\n`,
    };
    return sendMail(mail, {host: '127.0.0.1', port: this.#places.mailPort, ownName}, stop);
  };

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

const run =
  (program: string): WarningWay['deliver'] =>
  async (warning, stop) => {
    const input = `${warningJson(warning, hostName())}\n`;
    const limits = {timeoutMs: deliveryMs, stop, output: 'ignored'} as const;
    const result = await runCommand(program, [], {input, ...limits});
    return result.kind === 'done' ? result : {kind: 'failed', why: result.why};
  };

const post =
  (url: string): WarningWay['deliver'] =>
  (warning, stop) =>
    postJson(url, warningJson(warning, hostName()), stop);
