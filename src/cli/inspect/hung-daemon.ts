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

export async function hungText(config: Config, waitedMs: number): Promise<string> {
  const pid = holderOfFile(`${config.stateDir}/lock`);
  const [activity, ...held] = await Promise.all([
    pid === undefined ? undefined : activityOf(pid, measuredMs),
    ...machineFamilies().map((family) => heldText(config, family)),
  ]);
  const who = pid === undefined ? 'the daemon' : `the daemon (pid ${pid})`;
  const does = activity === undefined ? '' : `: ${activityText(activity)}`;
  return `${who} has not answered for ${waitedMs / 1000} s${does}; the kernel holds ${held.join(', ')}`;
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
