/**
 * Starts the watch on outgoing mail for one run of the daemon. Connects it with the saved counts, with the egress
 * guard, which holds connections, and with the warnings, from which a user may end a process.
 */
import type {Config} from '../../config/schema.js';
import type {Say} from '../../base/say.js';
import type {OutgoingMemory} from './memory.js';
import type {SenderHour} from '../sender-hours.js';
import type {Table} from '../../base/mechanisms/table.js';
import type {EgressGuard} from '../egress/live/egress-guard.js';
import {Killer} from '../warn/live/killer.js';
import {OutgoingWatch} from './watch.js';
import {Warner, type WarnerSettings} from '../warn/live/warner.js';

interface OutboundSurroundings {
  readonly config: Config;
  readonly rows: Table<SenderHour>;
  readonly egress: EgressGuard;
  /** Called when the rows have changed. */
  readonly onCount: () => void;
  readonly memory: OutgoingMemory;
  readonly say: Say;
}

const noWays: WarnerSettings = {warnMail: '', warnCommand: '', warnWebhook: '', warnUser: ''};

/** Watches until the signal is given. Then closes windows, and waits for processes that are being ended. */
export async function watchOutgoing(
  {config, rows, egress, onCount, memory, say}: OutboundSurroundings,
  stop: AbortSignal,
): Promise<void> {
  const outbound = new OutgoingWatch(config, {
    ...{rows, onCount, memory, say, held: egress},
    warn: (warning) => warner.warn(warning),
  });
  const killer = new Killer(
    {mode: config.dryRun ? 'onlySay' : 'end'},
    {isAllowed: (process) => outbound.allowed.has(process), say},
  );
  // A dry run warns in its own log only.
  const ways = config.dryRun ? noWays : config;
  const warner: Warner = new Warner(ways, {
    say,
    onAllow: (sighting, askedBy) => outbound.allowed.allow(sighting, askedBy),
    mayBeEnded: (target) => killer.decide(target).kind === 'end',
    end: (target, askedBy) => killer.end(target, askedBy),
  });
  await outbound.run(stop);
  await warner.stop();
}
