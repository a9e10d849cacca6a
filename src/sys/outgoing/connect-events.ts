/**
 * Listens to the kernel: its tracepoint `sock:inet_sock_set_state` reports each connect(2)
 * in every network namespace, with the number of the process, even if the process ends a millisecond
 * later. Every Debian kernel has it. It needs tracefs (mounted at boot) and root.
 *
 * Refused: `conntrack -E` names neither process nor user. The firewall's LOG and NFLOG name at most a
 * user, and only in their own namespace. audit needs a daemon of its own.
 *
 * Uses a trace instance of its own, so it does not disturb other tracing. A child reads the trace, because
 * a waiting read would hold one of our threads for ever. The child ends with us.
 */
import fs from 'node:fs';
import {join} from 'node:path';
import {type ConnectEvent, isLoss, parseConnectEvent} from '../../outgoing/connect-event.js';
import {startCommand} from '../run/command.js';
import {DutyCycle} from '../run/duty-cycle.js';
import {LineCutter} from '../run/line-cutter.js';

const roots = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];
const eventFolder = 'events/sock/inet_sock_set_state';
/** Size of the buffer for each processor. KB: some thousand connections at once. */
const bufferKilobytes = 512;
/** The first pid namespace (kernel, include/linux/proc_ns.h PROC_PID_INIT_INO), whose numbers the trace uses. */
const hostPids = 'pid:[4026531836]';

/** DCCP and SCTP. The event reports them too, but they carry no mail. */
const notTcp = [33, 132];

type Heard =
  | {readonly kind: 'connect'; readonly event: ConnectEvent}
  /** Events were lost, so the caller has to read the tables. */
  | {readonly kind: 'loss'};

type OpenedEvents =
  | {readonly kind: 'open'; readonly events: ConnectEvents}
  | {readonly kind: 'unavailable'; readonly why: string};

export class ConnectEvents {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param ports the remote ports to watch */
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
   * Gives events until the signal. If events come faster than they are read, the kernel keeps them
   * until its buffer is full; then a loss is reported.
   *
   * @throws if the kernel sends no more events
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
          // The content of a line that is too long is lost, so the tables have to be read.
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
      // Ends the child too, because the instance cannot be removed while the child reads.
      end.abort();
      await child.ended;
      this.close();
    }
  }

  close(): void {
    removeInstance(this.#folder);
  }
}

/** Length of a line. Bytes: the kernel's lines about the event have less than 200. */
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
    // Its reader has not ended yet. The next start removes the instance.
  }
}

/** Removes instances of killed daemons, and instances that an earlier run could not remove. */
function removeDeserted(instances: string): void {
  for (const name of fs.readdirSync(instances)) {
    const pid = /^blocksmtp-(\d+)$/.exec(name)?.[1];
    if (pid === undefined) continue;
    const isLeft = Number(pid) === process.pid || !fs.existsSync(`/proc/${pid}`);
    if (isLeft) removeInstance(join(instances, name));
  }
}
