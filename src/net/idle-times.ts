/**
 * Reads what `ss --oneline --extended --info` (iproute2, misc/ss.c tcp_show_info()) prints of
 * connections: how long ago the kernel last sent and last received data on each. A keep-alive is no
 * data; an answer that is sent again is. Both clocks begin with the connection.
 */

export type IdleTimes =
  /** By inode, in decimal: how long nothing was moved, neither way. Ms. */
  | {readonly kind: 'measured'; readonly idleMs: ReadonlyMap<string, number>}
  | {readonly kind: 'unknown'; readonly why: string};

/** Stands in front of the control group, whose name somebody may have chosen. */
const inode = / ino:(\d+) /;
/** A field of tcp_info in front of the times, and behind the control group; never nothing. */
const infoField = ' cwnd:';
/** What was less than a millisecond ago is not printed. */
const [sent, received] = [/ lastsnd:(\d{1,15})/, / lastrcv:(\d{1,15})/];

/** @param output a line for each connection */
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
