/**
 * Takes a turn at a registry for this process, in the counts that all processes of the program share. If a question
 * cannot be counted, it is not sent. `complaint/contact/rdap/question-count.ts` decides who may ask.
 */
import {
  countsIn,
  jsonOf,
  pauseServer,
  type QuestionCounts,
  takeTurn,
  type Turn,
} from '../rdap/question-count.js';
import {jsonIn} from '../rdap/reply.js';
import {changeShared, type Shared} from '../../../sys/contact/shared-file.js';
import {nowMs} from '../../../sys/run/clock.js';

/** The name of the file in `state_dir`. */
const fileName = 'registries.json';

export class SharedPace {
  readonly #path: string;

  constructor(stateDir: string) {
    this.#path = `${stateDir}/${fileName}`;
  }

  async turn(
    server: string,
    mostWaitMs: number,
  ): Promise<Turn | {readonly kind: 'silent'; readonly why: string}> {
    const changed = await this.#change((counts) => {
      const {counts: next, turn} = takeTurn(counts, server, mostWaitMs, nowMs());
      return {counts: next, result: turn};
    });
    if (changed.kind === 'changed') return changed.result;
    return {kind: 'silent', why: `its questions cannot be counted: ${changed.why}`};
  }

  async pause(server: string, pauseMs: number): Promise<void> {
    await this.#change((counts) => ({
      counts: pauseServer(counts, server, pauseMs, nowMs()),
      result: undefined,
    }));
  }

  #change<Result>(
    change: (counts: QuestionCounts) => {readonly counts: QuestionCounts; readonly result: Result},
  ): Promise<Shared<Result>> {
    return changeShared(this.#path, (before) => {
      const {counts, result} = change(countsIn(jsonIn(before)));
      return {text: `${JSON.stringify(jsonOf(counts))}\n`, result};
    });
  }
}
