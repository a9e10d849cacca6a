/**
 * Listens to the kernel itself: its tracepoint `sock:inet_sock_set_state` tells of each connect(2),
 * in every network namespace, with the number of the process, also when that has ended a millisecond
 * later. Every kernel of Debian has it; needed is tracefs (mounted at boot) and to be root.
 *
 * Of the other sources, `conntrack -E` names neither process nor user, the firewall's LOG and NFLOG a
 * user at most and only in their own namespace, and audit needs a daemon of its own.
 *
 * In an instance of our own: other people's tracing stays as it is. The trace is read by a child, for
 * a read that waits would hold a thread of ours for ever, and the child ends with us.
 */
import fs from 'node:fs';
import {join} from 'node:path';
import {type ConnectEvent, isLoss, parseConnectEvent} from '../../outgoing/connect-event.js';
import {startCommand} from '../run/command.js';
import {DutyCycle} from '../run/duty-cycle.js';
import {LineCutter} from '../run/line-cutter.js';

const roots = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];
const eventFolder = 'events/sock/inet_sock_set_state';
/** For each processor. KB: some thousand connections at once. */
const bufferKilobytes = 512;
/** The first pid namespace (kernel, include/linux/proc_ns.h PROC_PID_INIT_INO): the trace counts in it. */
const hostPids = 'pid:[4026531836]';

/** DCCP and SCTP, of which the event tells too: no mail goes over them. */
const notTcp = [33, 132];

type Heard =
  | {readonly kind: 'connect'; readonly event: ConnectEvent}
  /** Some were lost: look for yourself. */
  | {readonly kind: 'loss'};

type OpenedEvents =
  | {readonly kind: 'open'; readonly events: ConnectEvents}
  | {readonly kind: 'unavailable'; readonly why: string};

export class ConnectEvents {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param ports remote ports that are watched */
  static open(ports: readonly number[]): OpenedEvents {
    const root = roots.find((each) => fs.existsSync(join(each, 'instances')));
    if (root === undefined)
      return {kind: 'unavailable', why: 'no tracefs is mounted, or no right to see it'};
    if (fs.readlinkSync('/proc/self/ns/pid') !== hostPids) {
      return {
        kind: 'unavailable',
        why: 'this is a container, and the kernel counts processes otherwise',
      };
    }
    const folder = join(root, 'instances', `blocksmtp-${process.pid}`);
    try {
      removeDeserted(join(root, 'instances'));
      fs.mkdirSync(folder);
    } catch (error) {
      return {kind: 'unavailable', why: (error as Error).message};
    }
    try {
      const others = notTcp.map((protocol) => `protocol != ${protocol}`).join(' && ');
      const wanted = ports.map((port) => `dport == ${port}`).join(' || ');
      fs.writeFileSync(join(folder, 'buffer_size_kb'), String(bufferKilobytes));
      fs.writeFileSync(
        join(folder, eventFolder, 'filter'),
        `newstate == 2 && ${others} && (${wanted})`,
      );
      fs.writeFileSync(join(folder, eventFolder, 'enable'), '1');
      return {kind: 'open', events: new ConnectEvents(folder)};
    } catch (error) {
      removeInstance(folder);
      return {kind: 'unavailable', why: (error as Error).message};
    }
  }

  /**
   * Until the signal is given. Events that come faster than they are read stay with the kernel
   * until its buffer is full; then that is reported.
   *
   * @throws when the kernel sends no more events
   */
  async *heard(stop: AbortSignal): AsyncGenerator<Heard> {
    const words = ['--pdeathsig', 'KILL', 'cat', join(this.#folder, 'trace_pipe')];
    const end = new AbortController();
    const child = startCommand('setpriv', words, AbortSignal.any([stop, end.signal]));
    const pace = new DutyCycle();
    try {
      const cutter = new LineCutter(longestLineBytes, 'latin1');
      for await (const chunk of child.output) {
        pace.begin();
        for (const cut of cutter.take(chunk)) {
          // What a line too long has said is lost: the tables are to be looked at.
          const heard: Heard | undefined =
            cut.kind === 'line' ? heardFrom(cut.text) : {kind: 'loss'};
          if (heard !== undefined) yield heard;
          await pace.next();
        }
        pace.end();
      }
      const ended = await child.ended;
      if (ended.kind !== 'stopped')
        throw new Error(ended.kind === 'done' ? 'the trace has ended' : ended.why);
    } finally {
      // Also when nobody listens any more: while it reads, the instance cannot be removed.
      end.abort();
      await child.ended;
      this.close();
    }
  }

  close(): void {
    removeInstance(this.#folder);
  }
}

/** The kernel's own are below 200; a line of more is none of the event's. Bytes. */
const longestLineBytes = 4096;

function heardFrom(line: string): Heard | undefined {
  const event = parseConnectEvent(line);
  if (event !== undefined) return {kind: 'connect', event};
  return isLoss(line) ? {kind: 'loss'} : undefined;
}

function removeInstance(folder: string): void {
  try {
    fs.writeFileSync(join(folder, eventFolder, 'enable'), '0');
    fs.rmdirSync(folder);
  } catch {
    // Its reader has not gone yet; the next start removes it.
  }
}

/** What daemons that were killed have left, and what we could not remove ourselves. */
function removeDeserted(instances: string): void {
  for (const name of fs.readdirSync(instances)) {
    const pid = /^blocksmtp-(\d+)$/.exec(name)?.[1];
    if (pid === undefined) continue;
    const isLeft = Number(pid) === process.pid || !fs.existsSync(`/proc/${pid}`);
    if (isLeft) removeInstance(join(instances, name));
  }
}
