/**
 * Sends a signal to a process. The caller decides which process gets one, and checks that it is
 * still the same.
 */
/** The signals that end a process. */
export type Signal = 'SIGTERM' | 'SIGKILL';
/** The signals that freeze and thaw it. */
type FreezeSignal = 'SIGSTOP' | 'SIGCONT';

export type SignalResult =
  | {readonly kind: 'sent'}
  /** The process has ended by itself. */
  | {readonly kind: 'gone'}
  | {readonly kind: 'refused'; readonly why: string};

export function signalProcess(pid: number, signal: Signal | FreezeSignal): SignalResult {
  try {
    process.kill(pid, signal);
    return {kind: 'sent'};
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    return code === 'ESRCH' ? {kind: 'gone'} : {kind: 'refused', why: message};
  }
}
