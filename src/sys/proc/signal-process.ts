/** Sends a signal to a process. Who gets one, and that it is still the same, is decided before. */
export function signalProcess(
  pid: number,
  signal: 'SIGTERM' | 'SIGKILL',
): {readonly kind: 'sent'} | {readonly kind: 'failed'; readonly why: string} {
  try {
    process.kill(pid, signal);
    return {kind: 'sent'};
  } catch (error) {
    return {kind: 'failed', why: (error as Error).message};
  }
}
