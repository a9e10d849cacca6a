/**
 * Keeps a restoring tool of the firewall started before it is needed. Such a tool waits for its standard input, so at
 * the verdict nothing is forked: the batch is written into a pipe. Does not decide what is called, nor what a result
 * means.
 *
 * A waiting tool has read nothing of the kernel and holds no lock: iptables-restore takes the lock, and reads the rules,
 * when the first line of a batch comes. nft reads the whole batch first, and ipset one line after the other. If the
 * daemon is killed, the pipe ends, and the tool ends without a change.
 */
import {type CommandResult, type WaitingCommand, waitingCommand} from '../run/command.js';
import {callTimeoutMs, type FirewallCall, runFirewallCall} from './netfilter.js';

/** Tools that wait at once. A count: iptables-restore, ip6tables-restore, nft and ipset. Each has half a MB of its own. */
const mostTools = 4;

/** Pause before a tool is started again. Ms: what follows from the verdict goes first. */
const pauseMs = 50;

export class WaitingTools {
  readonly #waiting = new Map<string, WaitingCommand>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #isClosed = false;

  /** Like `runFirewallCall`, and faster if a tool waits. */
  readonly run = async (call: FirewallCall): Promise<CommandResult> => {
    // Without a batch there is nothing to wait for.
    if (call.input === '') return runFirewallCall(call);
    const key = [call.program, ...call.parameters].join(' ');
    const tool = this.#waiting.get(key);
    this.#waiting.delete(key);
    const result =
      tool?.isWaiting() === true
        ? await tool.finish(call.input, callTimeoutMs)
        : await runFirewallCall(call);
    if (result.kind === 'done') this.#startLater(key, call);
    return result;
  };

  /** Ends the tools that wait. From now on none is started. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const tool of this.#waiting.values()) tool.end();
    this.#waiting.clear();
  }

  #startLater(key: string, {program, parameters}: FirewallCall): void {
    if (this.#isClosed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#waiting.has(key)) return;
      if (this.#waiting.size >= mostTools) this.#endOldest();
      this.#waiting.set(key, waitingCommand(program, parameters));
    }, pauseMs);
    this.#timers.add(timer.unref());
  }

  #endOldest(): void {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return;
    const [key, tool] = oldest;
    tool.end();
    this.#waiting.delete(key);
  }
}
