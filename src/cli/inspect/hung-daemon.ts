/**
 * What can be seen of a daemon that does not answer: whether its process is stopped, busy or waiting, and
 * what the kernel holds meanwhile. Ends nothing, and changes nothing.
 */
import {guardedPorts} from '../../sessions/served-ports.js';
import {heldBlocks} from '../../blocks/live/held.js';
import {countText} from '../../base/count.js';
import type {Config} from '../../config/schema.js';
import type {Family} from '../../net/address.js';
import {type Activity, activityOf, holderOfFile} from '../../sys/proc/file-holder.js';
import {machineFamilies, runFirewallCall} from '../../sys/run/netfilter.js';

/** A person waits two seconds at most, the start of this program included. Ms. */
export const patienceMs = 1000;
/** How long the use of the processor is measured. Ms: twenty of the kernel's ticks. */
const measuredMs = 200;
/** A listing takes 20 ms, and with very many rules longer than anybody should wait. Ms. */
const listingMs = 400;
/**
 * How long before the waiting ends the command looks. Ms: as long as looking takes, and half of the
 * waiting at most.
 */
const lookingMs = 500;

/** What was seen of it. */
interface Seen {
  readonly pid: number | undefined;
  readonly activity: Activity | undefined;
  /** By family, as text. */
  readonly held: readonly string[];
}

/** Looks at a daemon once it has been silent for some time, so that a person waits no longer for that. */
export class SilenceWatch {
  readonly #config: Config;
  readonly #timer: NodeJS.Timeout;
  #seen: Promise<Seen> | undefined;

  /** @param silentMs how long it will be waited for */
  constructor(config: Config, silentMs: number) {
    this.#config = config;
    this.#timer = setTimeout(() => void (this.#seen = look(config)), silentMs - lookingMs);
  }

  /** It has answered, or nobody waits any more. */
  end(): void {
    clearTimeout(this.#timer);
  }

  /** @param waitedMs how long it was waited for in vain */
  async text(waitedMs: number): Promise<string> {
    this.end();
    const {pid, activity, held} = await (this.#seen ?? look(this.#config));
    const who = pid === undefined ? 'the daemon' : `the daemon (pid ${pid})`;
    const does = activity === undefined ? '' : `: ${activityText(activity)}`;
    return `${who} has not answered for ${waitedMs / 1000} s${does}; the kernel holds ${held.join(', ')}`;
  }
}

async function look(config: Config): Promise<Seen> {
  const pid = holderOfFile(`${config.stateDir}/lock`);
  const [activity, ...held] = await Promise.all([
    pid === undefined ? undefined : activityOf(pid, measuredMs),
    ...machineFamilies().map((family) => heldText(config, family)),
  ]);
  return {pid, activity, held};
}

function activityText({state, processorShare}: Activity): string {
  const share = `${Math.round(processorShare * 100)} % of a processor`;
  switch (state) {
    case 'T':
      return 'it is stopped (kill -CONT lets it go on)';
    case 't':
      return 'it is stopped by a debugger';
    case 'D':
      return `it waits in the kernel, as for a disk, and uses ${share}`;
    case 'R':
      return `it is busy, and uses ${share}`;
    case 'Z':
      return 'it has ended';
    default:
      return `it sleeps, and uses ${share}`;
  }
}

async function heldText(config: Config, family: Family): Promise<string> {
  const settings = {...config, ports: guardedPorts(config.mailerPorts)};
  const held = await heldBlocks(settings, family, (call) => runFirewallCall(call, listingMs));
  return held.kind === 'held'
    ? `${countText(held.count, 'block')} of IPv${family}`
    : `an unknown number of IPv${family} (${held.why})`;
}
