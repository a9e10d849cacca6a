/**
 * Reads from the output of `ss --oneline --extended --info` (iproute2, misc/ss.c tcp_show_info())
 * how long ago the kernel last sent and last received data on each connection. A keep-alive is not
 * data; a retransmitted answer is. Both clocks start with the connection.
 */

export type IdleTimes =
  /** How long no data moved in either direction, by inode in decimal. Ms. */
  | {readonly kind: 'measured'; readonly idleMs: ReadonlyMap<string, number>}
  | {readonly kind: 'unknown'; readonly why: string};

/** Stands before the control group, whose name a user may have chosen. */
const inode = / ino:(\d+) /;
/** A field of tcp_info after the control group and before the times; it is always printed. */
const infoField = ' cwnd:';
/** Times under a millisecond are not printed. */
const [sent, received] = [/ lastsnd:(\d{1,15})/, / lastrcv:(\d{1,15})/];

/** @param output one line for each connection */
export function readIdleTimes(output: string): IdleTimes {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const idleMs = new Map<string, number>();
  for (const line of lines) {
    const which = inode.exec(line)?.[1];
    const infoAt = line.lastIndexOf(infoField);
    if (which === undefined || infoAt < 0) continue;
    const info = line.slice(infoAt);
    const [sentMs, receivedMs] = [sent, received].map((ago) => Number(ago.exec(info)?.[1] ?? 0));
    idleMs.set(which, Math.min(sentMs ?? 0, receivedMs ?? 0));
  }
  return lines.length > 0 && idleMs.size === 0
    ? {kind: 'unknown', why: 'ss does not tell what the kernel knows of a connection'}
    : {kind: 'measured', idleMs};
}
