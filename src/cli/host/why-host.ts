/**
 * `blocksmtp why HOST`: why mail of a host or a sender domain does not arrive. Finds its addresses in the DNS, in
 * the log and among the blocks, and asks for the state of each. If one source does not answer, the others still do,
 * and the output says what is missing. Changes nothing.
 */
import {answerFor} from '../commands/operate.js';
import type {Answered} from '../commands/without-daemon.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output, WithoutDaemon} from '../face/surroundings.js';
import {readLog} from './read-log.js';
import type {Config} from '../../config/schema.js';
import type {GuardRequest} from '../../control/protocol.js';
import {
  type Candidate,
  candidates,
  type HostAddress,
  type HostView,
  type LookedUp,
  mostAddresses,
  type StateOf,
} from '../../hosts/host-view.js';
import {lookUp} from '../../hosts/live/look-up.js';
import {SeenClients} from '../../hosts/seen.js';
import {hostJson, hostLines} from '../../report/tables/host.js';
import type {WhyView} from '../../report/why-lines.js';
import {nowMs} from '../../sys/run/clock.js';
import type {Log} from '../../sys/talk/log.js';

/** How the DNS is asked; with `--no-names` it is not. */
type LookUp = (host: string) => Promise<LookedUp>;
export const asksNobody: LookUp = () =>
  Promise.resolve({found: [], silent: ['the DNS: not asked, as --no-names wants it']});

interface HostWish {
  /** As `readHostName` returns it. */
  readonly host: string;
  readonly form: 'text' | 'json';
  readonly alone: WithoutDaemon;
}

/** Exit 69: the state of its addresses is unknown; what the log says is printed anyway. */
export async function whyHost(
  {host, form, alone}: HostWish,
  config: Config,
  log: Log,
  output: Output,
  ask: LookUp = lookUp,
): Promise<ExitCode> {
  const seen = new SeenClients(host);
  const state = new StateQuestions(config, log, alone);
  const [found, read, blocks] = await Promise.all([
    ask(host),
    readLog(seen, config),
    state.blocks(),
  ]);
  const all = candidates(found, seen.found, (client) => seen.of(client), blocks);
  const addresses: HostAddress[] = [];
  for (const each of all.slice(0, mostAddresses)) addresses.push(await state.of(each));
  const view: HostView = {
    host,
    addresses,
    more: all.length - addresses.length,
    places: read.places,
    sinceMs: read.sinceMs,
    unknown: [...state.troubles, ...found.silent, ...read.unread],
  };
  output.print(form === 'json' ? hostJson(view) : `${hostLines(view, nowMs()).join('\n')}\n`);
  return state.troubles.length === 0 ? exitCode.ok : exitCode.unavailable;
}

/** Asks the daemon, or the state if none runs. After a failure it asks no more. */
class StateQuestions {
  readonly troubles: string[] = [];
  readonly #ask: (request: GuardRequest) => Promise<Answered | undefined>;

  constructor(config: Config, log: Log, alone: WithoutDaemon) {
    this.#ask = (request) => answerFor(request, config, log, alone);
  }

  async blocks(): Promise<Extract<Answered, {kind: 'blocks'}>['blocks']> {
    const answer = await this.#answer({command: 'list'});
    return answer !== undefined && 'kind' in answer && answer.kind === 'blocks'
      ? answer.blocks
      : [];
  }

  async of(candidate: Candidate): Promise<HostAddress> {
    if (this.troubles.length > 0) return {...candidate, state: null};
    const answer = await this.#answer({command: 'why', network: candidate.network});
    const isTold = answer !== undefined && 'kind' in answer && answer.kind === 'why';
    return {...candidate, state: isTold ? stateOf(answer.why) : null};
  }

  async #answer(request: GuardRequest): Promise<Answered | undefined> {
    const answer = await this.#ask(request);
    if (answer === undefined) this.troubles.push('the state: no daemon runs');
    else if ('unavailable' in answer) this.troubles.push(`the state: ${answer.unavailable}`);
    return answer;
  }
}

function stateOf({exemption, block, passes, known, history}: WhyView): StateOf {
  const last = history.find(({event}) => event === 'blocked');
  return {
    exemption,
    block,
    passes,
    score: known?.score ?? null,
    lastBlocked: last === undefined ? null : {atMs: last.atMs, reason: last.reason},
  };
}
