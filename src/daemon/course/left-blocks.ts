/**
 * Reports blocks that nothing will end while the daemon cannot start: with iptables only a daemon ends them.
 * Changes nothing.
 */
import {endlessBlocks, endlessText} from '../../blocks/overdue.js';
import type {Options} from '../../config/options.js';
import type {Config} from '../../config/schema.js';
import {configOf} from './configuration.js';
import {openToLook} from '../resources.js';
import {lockHolder} from '../../sys/proc/lock-holder.js';
import {nowMs} from '../../sys/run/clock.js';
import {type Log, openLog} from '../../sys/talk/log.js';

/** Called if the command line or the configuration is bad, but readable enough to look for the state. */
export async function tellLeftBlocks(options: Options): Promise<void> {
  const parsed = configOf(options);
  const config = parsed.kind === 'config' ? parsed.config : parsed.likely;
  if (config.dryRun) return;
  // The log file may be the bad setting.
  const log = openLog({...config, logFile: ''});
  await tellEndless(config, log);
  await log.close();
}

async function tellEndless(config: Config, log: Log): Promise<void> {
  // A daemon that holds the state ends its blocks. We do not wait for its lock: a typing error must be
  // reported immediately.
  if (lockHolder(config.stateDir) !== undefined) return;
  const opened = await openToLook(config, log);
  if (opened.kind === 'ready') {
    const {resources} = opened;
    const endless = endlessBlocks(resources.state.blocks.values(), config.backend, nowMs());
    if (endless !== undefined) log.say('error', endlessText(endless, 'badConfiguration'));
    resources.leave();
  }
  // `taken`: another daemon has just started.
  if (opened.kind === 'failed') tellUnknown(config, log);
}

/** The state cannot be read, so the blocks are unknown. */
export function tellUnknown(
  {backend, dryRun}: Pick<Config, 'backend' | 'dryRun'>,
  {say}: Log,
): void {
  if (backend !== 'iptables' || dryRun) return;
  say(
    'error',
    'the state cannot be read: unless another daemon runs, blocks of an earlier run stand in iptables without an end (`iptables -S` shows them): put it right and start the daemon, or `blocksmtp flush` lifts all',
  );
}
