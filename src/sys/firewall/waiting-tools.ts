/**
 * Keeps a restoring tool of the firewall started before it is needed. Such a tool waits for its standard input, so at
 * the verdict nothing is forked: the batch is written into a pipe. Does not decide what is called, nor what a result
 * means.
 *
 * A waiting tool has read nothing of the kernel and holds no lock: iptables-restore takes the lock, and reads the rules,
 * when the first line of a batch comes. nft reads the whole batch first, and ipset one line after the other. If the
 * daemon is killed, the pipe ends, and the tool ends without a change.
 */
import fs from 'node:fs';
import {type CommandResult, type WaitingCommand, waitingCommand} from '../run/command.js';
import {findProgram} from '../run/environment.js';
import {callTimeoutMs, type FirewallCall, runFirewallCall} from './netfilter.js';

/**
 * Tools that wait at once. A count: nft, ipset, and iptables for each family in both variants. Each has half a MB of its
 * own.
 */
const mostTools = 6;

/** Pause before a tool is started again. Ms: what follows from the verdict goes first. */
const pauseMs = 50;

interface Waiting {
  readonly tool: WaitingCommand;
  /** The file that was started. */
  readonly file: string;
}

export class WaitingTools {
  readonly #waiting = new Map<string, Waiting>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #isClosed = false;

  /** Like `runFirewallCall`, and faster if a tool waits. */
  readonly run = async (call: FirewallCall): Promise<CommandResult> => {
    // Without a batch there is nothing to wait for.
    if (call.input === '') return runFirewallCall(call);
    const key = [call.program, ...call.parameters].join(' ');
    const tool = this.#take(key, call.program);
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
    for (const {tool} of this.#waiting.values()) tool.end();
    this.#waiting.clear();
  }

  /** A tool of another variant would do its work in the wrong place: `update-alternatives` may have changed it. */
  #take(key: string, program: string): WaitingCommand | undefined {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(key);
    const {tool, file} = waiting;
    if (file === fileOf(program)) return tool;
    tool.end();
    return undefined;
  }

  #startLater(key: string, {program, parameters}: FirewallCall): void {
    if (this.#isClosed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#waiting.has(key)) return;
      if (this.#waiting.size >= mostTools) this.#endOldest();
      const file = fileOf(program);
      const tool = waitingCommand(program, parameters);
      if (tool !== undefined) this.#waiting.set(key, {tool, file});
    }, pauseMs);
    this.#timers.add(timer.unref());
  }

  #endOldest(): void {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return;
    const [key, {tool}] = oldest;
    tool.end();
    this.#waiting.delete(key);
  }
}

/** The file that a program's name means now, behind all links; '' if none can be found. */
function fileOf(program: string): string {
  const path = program.includes('/') ? program : findProgram(program);
  if (path === undefined) return '';
  try {
    const file = fs.statSync(path);
    return `${file.dev} ${file.ino} ${file.mtimeMs}`;
  } catch {
    return ''; // gone, or the disk shows nothing now
  }
}
