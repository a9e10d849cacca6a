/**
 * Looks up the headers of several messages in the log, in one reading, and says for each message which
 * client handed it in. `complaint/header/boundary.ts` decides.
 */
import {localTime} from '../../base/time-text.js';
import {type Boundary, boundaryOf, type Known, wantedIds} from '../../complaint/header/boundary.js';
import type {MessageHeader} from '../../complaint/header/fields.js';
import type {Output} from '../face/surroundings.js';
import {beganMs, ownNames, readLogs} from '../queue/log-search.js';
import type {Config} from '../../config/schema.js';
import {LogReader} from '../../queue/trace/log-facts.js';
import {ExemptionWatch} from '../../score/live/exemption-watch.js';
import type {Log} from '../../sys/talk/log.js';

interface LogWish {
  /** Other names of this machine and of trusted relays, separated by commas. */
  readonly as: string | undefined;
  /** A log to read instead of those that the daemon follows. */
  readonly log: string | undefined;
  /** Headers older than this are not looked up: one could make us read all old logs. Ms since the epoch. */
  readonly notBeforeMs: number;
}

export async function judged(
  headers: readonly MessageHeader[],
  wish: LogWish,
  config: Config,
  {say}: Pick<Log, 'say'>,
  output: Pick<Output, 'complain'>,
): Promise<Boundary[]> {
  const exemptionWatch = new ExemptionWatch(config, say);
  exemptionWatch.refresh();
  const {exemptions} = exemptionWatch;
  const exemptionOf: Known['exemptionOf'] = (address) => exemptions.of(address);
  const known: Known = {names: ownNames(wish.as), exemptionOf};
  const ids = [...new Set(headers.flatMap((header) => wantedIds(header, known)))];
  const young = ids.filter((id) => beganMs(id) >= wish.notBeforeMs);
  const reader = new LogReader(young);
  if (young.length > 0) {
    const sinceMs = Math.min(...young.map(beganMs));
    await readLogs(reader, sinceMs, wish.log, config, output);
  }
  return headers.map((header) => boundaryOf(header, known, reader.facts));
}

export function boundaryText(boundary: Boundary): string {
  switch (boundary.kind) {
    case 'verified': {
      const {client, queueId, takenMs, proof} = boundary;
      const by = proof === 'journal' ? 'the journal' : 'a log file';
      return `verified: ${client.text} handed it in as ${queueId} at ${localTime(takenMs)} (${by})`;
    }
    case 'unverified':
      return `unverified: ${boundary.why}; nobody is accused`;
    case 'ours':
      return `ours: ${boundary.why}; nobody is accused`;
    case 'bounce':
      return 'bounce: its sender is empty; nobody is accused';
  }
}
