/**
 * Finds out about a daemon that does not answer: whether its process is stopped, busy or waiting, and
 * what the kernel holds meanwhile. Ends nothing, and changes nothing.
 */
import {guardedPorts} from '../../sessions/served-ports.js';
import {heldBlocks} from '../../blocks/live/held.js';
import {countText} from '../../base/count.js';
import type {Config} from '../../config/schema.js';
import type {Family} from '../../net/address.js';
import {type Activity, activityOf, holderOfFile} from '../../sys/proc/file-holder.js';
import {machineFamilies, runFirewallCall} from '../../sys/firewall/netfilter.js';

/**
 * How long to wait for the daemon. Ms: a person waits at most two seconds, this program's start included.
 */
export const patienceMs = 1000;
/** How long processor use is measured. Ms: twenty ticks of the kernel. */
const measuredMs = 200;
/** The time limit for a listing. Ms: it takes 20 ms, with very many rules far longer. */
const listingMs = 400;
/**
 * How long before the end of the wait the command looks. Ms: as long as looking takes, but at most half
 * of the wait.
 */
const lookingMs = 500;

/** What was found out. */
interface Seen {
  readonly pid: number | undefined;
  readonly activity: Activity | undefined;
  /** Counts of blocks by family, as text. */
  readonly held: readonly string[];
}

/** Looks at the process while the daemon is still silent, so that the person waits no longer for that. */
export class SilenceWatch {
  readonly #config: Config;
  readonly #timer: NodeJS.Timeout;
  #seen: Promise<Seen> | undefined;

  /** @param silentMs how long the command will wait for an answer */
  constructor(config: Config, silentMs: number) {
    this.#config = config;
    this.#timer = setTimeout(() => void (this.#seen = look(config)), silentMs - lookingMs);
  }

  /** The daemon has answered, or nobody waits any more. */
  end(): void {
    clearTimeout(this.#timer);
  }

  /** @param waitedMs how long the command has waited */
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
