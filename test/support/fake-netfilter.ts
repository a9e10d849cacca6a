/**
 * A model of a filter table that takes batches like iptables-restore(8): the whole batch or nothing. A test
 * can make it fail, and can change the table like another program.
 */
import type {Call, CallResult} from '../../src/firewall/backend.js';

type Tables = Map<string, string[]>;

/** The purpose of a call. */
export type Errand = 'list' | 'restore';

export class FakeNetfilter {
  #chains: Tables = new Map([['INPUT', []]]);
  readonly calls: Errand[] = [];
  /** Called before each call; `true` refuses it. */
  refuses: (call: Errand) => boolean = () => false;
  /** Each call takes so long. Ms. */
  takesMs = 0;
  /** Called during a call, before it has an effect. */
  meanwhile: () => void = () => undefined;

  /** Called after a batch took effect, for another program that sees it. */
  onRestored: () => void = () => undefined;

  readonly run = async ({program, parameters, input}: Call): Promise<CallResult> => {
    if (program === 'iptables') return this.#check(parameters);
    const errand = errandOf(program);
    if (errand === undefined) return {kind: 'missing', why: `${program}: not found`};
    if (await this.#refused(errand)) return failed(`${errand} refused`);
    return errand === 'list' ? this.#list() : this.#restore(input);
  };

  rules(chain: string): readonly string[] | undefined {
    return this.#chains.get(chain);
  }

  /** Changes the table like another program; `change` gets the rules of all chains. */
  behindOurBack(change: (chains: Tables) => void): void {
    change(this.#chains);
  }

  restores(): number {
    return this.calls.filter((call) => call === 'restore').length;
  }

  #list(): CallResult {
    const declared = [...this.#chains.keys()].map(
      (name) => `:${name} ${['INPUT', 'OUTPUT'].includes(name) ? 'ACCEPT' : '-'} [0:0]`,
    );
    const rules = [...this.#chains].flatMap(([name, list]) => list.map((r) => `-A ${name} ${r}`));
    const stdout = ['# Generated', '*filter', ...declared, ...rules, 'COMMIT', ''].join('\n');
    return {kind: 'done', stdout};
  }

  #check(parameters: readonly string[]): CallResult {
    const [chain = '', ...rule] = parameters.slice(parameters.indexOf('--check') + 1);
    const stands = this.#chains.get(chain)?.includes(rule.join(' ')) ?? false;
    return stands ? {kind: 'done', stdout: ''} : failed('iptables: Bad rule');
  }

  #restore(batch: string): CallResult {
    const next: Tables = new Map([...this.#chains].map(([name, rules]) => [name, [...rules]]));
    try {
      applyBatch(next, batch);
    } catch (error) {
      return failed(`line: ${(error as Error).message}`);
    }
    this.#chains = next;
    this.onRestored();
    return {kind: 'done', stdout: ''};
  }

  async #refused(call: Errand): Promise<boolean> {
    this.calls.push(call);
    const refused = this.refuses(call);
    if (this.takesMs > 0) await new Promise((resolve) => setTimeout(resolve, this.takesMs));
    else await Promise.resolve();
    this.meanwhile();
    return refused;
  }
}

/** The model has only the IPv4 table of the default iptables. */
function errandOf(program: string): Errand | undefined {
  if (program === 'iptables-save') return 'list';
  return program === 'iptables-restore' ? 'restore' : undefined;
}

const failed = (why: string): CallResult => ({kind: 'failed', why});

function applyBatch(chains: Tables, batch: string): void {
  const lines = batch.split('\n');
  if (lines[0] !== '*filter' || lines.at(-2) !== 'COMMIT' || lines.at(-1) !== '') {
    throw new Error('no whole batch');
  }
  for (const line of lines.slice(1, -2)) applyLine(chains, line);
}

const verdicts = ['DROP', 'ACCEPT', 'RETURN', 'REJECT', 'LOG'];

function applyLine(chains: Tables, line: string): void {
  const made = /^-N (\S+)$/.exec(line)?.[1];
  if (made !== undefined) {
    if (chains.has(made)) throw new Error(`chain exists: ${line}`);
    return void chains.set(made, []);
  }
  const [, flag, name = '', rest = ''] = /^-([AIDFX]) (\S+)(?: (.*))?$/.exec(line) ?? [];
  const rules = chains.get(name);
  if (rules === undefined) throw new Error(`no chain: ${line}`);
  const at = Number(/^(\d+) /.exec(rest)?.[1] ?? 1) - 1;
  const rule = rest
    .replace(/^\d+ /, '')
    .replace(/-s (\S+)/, (_, source: string) => `-s ${printed(source)}`);
  const target = /-j (\S+)/.exec(rule)?.[1];
  if (target !== undefined && !verdicts.includes(target) && !chains.has(target)) {
    throw new Error(`no target: ${line}`);
  }
  if (flag === 'A') rules.push(rule);
  else if (flag === 'I') rules.splice(at, 0, rule);
  else if (flag === 'F') rules.length = 0;
  else if (flag === 'D') {
    const first = rules.indexOf(rule);
    if (first < 0) throw new Error(`no rule: ${line}`);
    rules.splice(first, 1);
  } else if (flag === 'X') {
    const used = [...chains.values()].some((list) => list.some((r) => r.endsWith(`-j ${name}`)));
    if (rules.length > 0 || used) throw new Error(`in use: ${line}`);
    chains.delete(name);
  } else throw new Error(`not understood: ${line}`);
}

/** The form in which the kernel prints a source: a host has a prefix too. */
function printed(source: string): string {
  return source.includes('/') ? source : `${source}/${source.includes(':') ? 128 : 32}`;
}
