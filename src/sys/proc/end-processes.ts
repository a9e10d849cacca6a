/**
 * Ends processes: sends SIGTERM to each, gives them time to end, and sends SIGKILL to those that
 * stay. Looks at each again before each signal. The caller decides whether a process may get a
 * signal.
 */
import type {ProcessIdentity} from '../../base/process-identity.js';
import {type Signal, signalProcess, type SignalResult} from './signal-process.js';

interface EndTerms<Process extends ProcessIdentity> {
  /**
   * Looks at a process. The signal follows in the same turn of the event loop, so that there is hardly any time in which
   * another process could get its number.
   *
   * @returns the process as it is now; undefined: it gets no signal
   */
  readonly look: (process: Process, signal: Signal) => Process | undefined;
  readonly onSignal: (process: Process, signal: Signal, result: SignalResult) => void;
  /**
   * Resolves when the processes that got SIGTERM have had their time.
   *
   * @returns `stop`: no process gets a further signal
   */
  readonly grace: (terminated: readonly Process[]) => Promise<'over' | 'stop'>;
}

/** @param send tests replace it */
export async function endProcesses<Process extends ProcessIdentity>(
  processes: Iterable<Process> | AsyncIterable<Process>,
  terms: EndTerms<Process>,
  send: (pid: number, signal: Signal) => SignalResult = signalProcess,
): Promise<void> {
  const signal = (before: Process, which: Signal): Process | undefined => {
    const now = terms.look(before, which);
    if (now === undefined) return undefined;
    const result = send(now.pid, which);
    terms.onSignal(now, which, result);
    return result.kind === 'sent' ? now : undefined;
  };
  const terminated: Process[] = [];
  for await (const each of processes) {
    const now = signal(each, 'SIGTERM');
    if (now !== undefined) terminated.push(now);
  }
  if (terminated.length === 0 || (await terms.grace(terminated)) === 'stop') return;
  for (const each of terminated) signal(each, 'SIGKILL');
}
