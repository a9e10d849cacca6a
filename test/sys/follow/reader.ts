/** Runs a Follower and keeps what it gives, as the daemon would. */
import type {LogPosition} from '../../../src/log/position.js';
import type {FollowEvent} from '../../../src/log/source-event.js';
import {type ReadBatch, Follower} from '../../../src/sys/follow/follow.js';
import {Recorder} from '../../support/recorder.js';

export class Reader extends Recorder<FollowEvent, ReadBatch> {
  constructor(path: string, resume: LogPosition | 'end') {
    super(
      (report) => new Follower(path, resume, report),
      ({lines}) => lines.map(({text}) => text),
    );
  }

  get lines(): readonly string[] {
    return this.texts;
  }

  /** What the program would find in its state: the position of the last batch with lines. */
  get position(): LogPosition {
    return this.batches.findLast(({position}) => position !== undefined)?.position ?? [];
  }

  /** Ends the reading. @throws what ended it before */
  async stop(): Promise<LogPosition> {
    await this.end();
    return this.position;
  }
}

/** Reads from the position until there is nothing more, and gives batches and the lines' texts. */
export async function readAll(
  path: string,
  resume: LogPosition | 'end',
  onEvent: (event: FollowEvent) => void = () => undefined,
): Promise<{lines: string[]; batches: ReadBatch[]; position: LogPosition | undefined}> {
  const batches: ReadBatch[] = [];
  const follower = new Follower(path, resume, onEvent);
  for await (const batch of follower.batches(new AbortController().signal)) {
    batches.push(batch);
    if (batch.caughtUp) break;
  }
  const lines = batches.flatMap((batch) => batch.lines.map(({text}) => text));
  return {lines, batches, position: batches.at(-1)?.position};
}
