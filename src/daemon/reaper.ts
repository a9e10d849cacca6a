/**
 * Ends sendmail processes that `reaper/reap.ts` finds stuck: SIGTERM, on which sendmail goes (its
 * client is told nothing: it sees the end of the connection), and after a grace SIGKILL. Just before each signal the process is looked at again.
 */
import {durationText} from '../config/kinds.js';
import type {Say} from '../log-level.js';
import {isSame, sendmailTitle, type Stuck, stuckChild} from '../reaper/reap.js';
import {nowMs, pause} from '../sys/machine.js';
import {noSockets, pidsTitled, processFacts} from '../sys/proc.js';
import {signalProcess} from '../sys/signal-process.js';

/** How long a process has to go by itself. Ms. */
const graceMs = 5000;

export interface ReaperSettings {
  readonly longestSeconds: number;
  readonly mode: 'reap' | 'onlySay';
}

export async function reapStuck({longestSeconds, mode}: ReaperSettings, say: Say): Promise<void> {
  const stuck = pidsTitled(sendmailTitle).flatMap((pid) => {
    const facts = processFacts(pid, noSockets);
    return (facts && stuckChild(facts, longestSeconds, nowMs())) ?? [];
  });
  if (stuck.length === 0) return;
  const told = stuck.filter((child) => {
    const who = `sendmail process ${child.pid} of ${child.client.text}, ${durationText(child.ageSeconds)} old, in cmd read`;
    if (mode === 'reap') return endChild(child, 'SIGTERM', who, say);
    say('notice', `would reap ${who}`);
    return false;
  });
  if (told.length === 0) return;
  await pause(graceMs);
  for (const child of told) {
    if (isSame(child, processFacts(child.pid, noSockets))) {
      endChild(child, 'SIGKILL', `sendmail process ${child.pid}, which stayed after SIGTERM`, say);
    }
  }
}

function endChild(child: Stuck, signal: 'SIGTERM' | 'SIGKILL', who: string, say: Say): boolean {
  if (!isSame(child, processFacts(child.pid, noSockets))) return false;
  const result = signalProcess(child.pid, signal);
  if (result.kind === 'sent') say('notice', `reap ${who}: ${signal}`);
  else say('error', `not reaped: ${who}: ${result.why}`);
  return result.kind === 'sent';
}
