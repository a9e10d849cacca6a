/**
 * A network namespace whose programs reach a mail server on another machine, over a wire. The watch of this
 * machine sees them. No other test uses the port.
 */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {OutgoingWatch, type OutboundSettings} from '../../../src/outgoing/live/watch.js';
import type {LogLevel} from '../../../src/base/say.js';
import {OutgoingMemory} from '../../../src/outgoing/live/memory.js';
import type {SenderHour} from '../../../src/outgoing/sender-hours.js';
import type {Warning} from '../../../src/outgoing/warn/warning.js';
import type {Observed} from '../../../src/outgoing/watch/observation.js';
import {Table} from '../../../src/base/mechanisms/table.js';
import {openSpace} from '../../support/kernel/namespace.js';
import {startPeer} from '../../support/kernel/peers.js';
import {until} from '../../support/temp.js';

export const remote = {4: '192.0.2.25', 6: '2001:db8::25'} as const;

export interface Senders {
  readonly port: number;
  /** The command line that runs a program in that network. */
  enter(program: string, parameters: readonly string[]): string[];
  /** Starts a program in that network, as that user. */
  start(uid: number, program: string, parameters: readonly string[], folder?: string): ChildProcess;
  close(): void;
}

export async function openSenders(port: number): Promise<Senders> {
  const [inside, outside] = [await openSpace(), await openSpace()];
  const run = (pid: number, ...words: string[]): void =>
    void execFileSync('nsenter', [`--net=/proc/${pid}/ns/net`, 'ip', ...words], {stdio: 'pipe'});
  const [ours, theirs] = [inside.pid, outside.pid];
  run(ours, 'link', 'set', 'lo', 'up');
  run(ours, 'link', 'add', 'wan', 'type', 'veth', 'peer', 'name', 'mail', 'netns', String(theirs));
  run(ours, 'address', 'add', '192.0.2.1/24', 'dev', 'wan');
  run(ours, 'address', 'add', '2001:db8::1/64', 'dev', 'wan', 'nodad');
  run(theirs, 'address', 'add', `${remote[4]}/24`, 'dev', 'mail');
  run(theirs, 'address', 'add', `${remote[6]}/64`, 'dev', 'mail', 'nodad');
  run(ours, 'link', 'set', 'wan', 'up');
  run(theirs, 'link', 'set', 'mail', 'up');
  const words = [
    `--net=/proc/${theirs}/ns/net`,
    process.execPath,
    'test/support/kernel/peer.mjs',
    'serve',
  ];
  const server = startPeer(['nsenter', ...words, String(port)], () => undefined);
  await server.ready;
  const started: ChildProcess[] = [];
  return {
    port,
    enter: (program, parameters) => [
      'nsenter',
      `--net=/proc/${ours}/ns/net`,
      program,
      ...parameters,
    ],
    start: (uid, program, parameters, folder = '/') => {
      const user = [
        '--reuid',
        String(uid),
        '--regid',
        String(uid),
        '--clear-groups',
        '--pdeathsig',
        'KILL',
      ];
      const all = [`--net=/proc/${ours}/ns/net`, 'setpriv', ...user, program, ...parameters];
      // A process group of its own, so that its children are killed with it.
      const how = {cwd: folder, detached: true, stdio: 'ignore'} as const;
      const child = spawn('nsenter', all, how);
      started.push(child);
      return child;
    },
    close: () => {
      server.child.kill('SIGKILL');
      for (const {pid = 0} of started) endGroup(pid);
      inside.close();
      outside.close();
    },
  };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended.
  }
}

export interface Watching {
  readonly outbound: OutgoingWatch;
  readonly seen: Observed[];
  readonly warnings: Warning[];
  readonly said: [LogLevel, string][];
  readonly rows: Table<SenderHour>;
  stop(): Promise<void>;
}

/** The watch itself, on this kernel. */
export async function startWatching(
  port: number,
  sources: 'all' | 'tables',
  settings: Partial<OutboundSettings> = {},
  memory = new OutgoingMemory(),
): Promise<Watching> {
  const [seen, warnings, said]: [Observed[], Warning[], [LogLevel, string][]] = [[], [], []];
  const rows = new Table<SenderHour>();
  const outbound = new OutgoingWatch(
    {
      ...{outbound: 'warn', outboundPorts: [port], outboundInterval: 1, warnInterval: 3600},
      ...{allowedSenders: ['4712:*'], allowedDestinations: []},
      ...settings,
    },
    {
      ...{rows, memory, sources},
      warn: (warning) => warnings.push(warning),
      see: (observed) => seen.push(observed),
      say: (level, message) => said.push([level, message]),
    },
  );
  const end = new AbortController();
  const running = outbound.run(end.signal);
  if (sources === 'all') await until('the kernel tells', () => outbound.hears === 'events');
  return {
    ...{outbound, seen, warnings, said, rows},
    stop: async () => {
      end.abort();
      await running;
    },
  };
}
