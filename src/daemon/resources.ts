/**
 * Sets up what a daemon, or a command in its absence, works on: the lock, the store, the way to the
 * firewall. In a dry run the same parts that touch nothing.
 */
import {Troubles} from '../base/mechanisms/troubles.js';
import type {Block} from '../blocks/block.js';
import type {HistoryEntry} from '../blocks/history.js';
import {takeNotes} from '../blocks/noted.js';
import {localTime} from '../base/time-text.js';
import type {Config} from '../config/schema.js';
import type {RunCall} from '../firewall/live/part.js';
import {isSavedBlock, removeStrangeBlocks} from '../guard/saved-rows.js';
import {emptyState, type State} from '../guard/state.js';
import {takeOver} from '../judge/memory/take-over.js';
import {NotesFile} from '../sys/disk/notes-file.js';
import {hasStore, openStore, type Store} from '../sys/disk/store.js';
import {nowMs} from '../sys/run/clock.js';
import {lockHolder} from '../sys/proc/lock-holder.js';
import {lockState} from '../sys/run/instance-lock.js';
import {runFirewallCall} from '../sys/run/netfilter.js';
import {askControl} from '../sys/talk/control-socket.js';
import type {Log} from '../sys/talk/log.js';

export interface Resources {
  readonly state: State;
  readonly commit: () => void;
  readonly history: (network: string, most: number) => readonly HistoryEntry[];
  /** Of all networks since that time, the newest first. */
  readonly events: (sinceMs: number, most: number) => readonly HistoryEntry[];
  readonly run: RunCall;
  /** Takes notes of blocks that are not saved yet; they are gone with the next commit. Absent: in a dry run. */
  readonly notes?: NotesFile;
  /** Blocks that a killed run had noted, and not saved; the state has them. Default: none. */
  readonly noted?: readonly Block[];
  /** Makes the state's directory and its lock again where they are gone; then `commit` saves there. */
  readonly secure: () => Promise<'wasThere' | 'madeAgain'>;
  leave(): void;
}

export type OpenedResources =
  | {readonly kind: 'ready'; readonly resources: Resources}
  | {readonly kind: 'taken' | 'failed'; readonly why: string};

/** @param unsaved the state of a dry run, which touches no disk */
export async function openResources(
  config: Config,
  log: Log,
  unsaved: State = emptyState('unsaved'),
): Promise<OpenedResources> {
  if (config.dryRun) return {kind: 'ready', resources: dryResources(unsaved)};
  const locked = await lockState(config.stateDir);
  if (locked.kind !== 'locked') return locked;
  try {
    const store = await openStore(config.stateDir, nowMs(), takeOver(config.ipv6Prefix));
    if (store.damaged !== undefined) {
      const message = `state: damaged, put aside as ${store.damaged}; beginning with nothing`;
      log.say('error', message);
    }
    sayLeftOut(store, log);
    const notes = new NotesFile(config.stateDir);
    const noted = takeNotes(store.state, notes.read(), isSavedBlock);
    if (noted.length > 0) {
      const which = noted.map(({network}) => network).join(', ');
      log.say('notice', `state: blocks that a killed run had noted and not saved: ${which}`);
    }
    let {lock} = locked;
    const troubles = new Troubles(log.say);
    const {state, history, events} = store;
    const secure: Resources['secure'] = async () => {
      if (lock.isThere()) return 'wasThere';
      const again = await lockState(config.stateDir);
      const gone = `state: ${config.stateDir} was removed, or is mounted over`;
      if (again.kind !== 'locked') {
        troubles.begin('state', `${gone}; it cannot be made again: ${again.why}`);
        return 'wasThere';
      }
      troubles.end('state');
      lock.release();
      lock = again.lock;
      log.say('warning', `${gone}: it is made again, and all is saved there`);
      return 'madeAgain';
    };
    const commit = (): void => {
      if (!lock.isThere()) throw new Error(`${config.stateDir} was removed, or is mounted over`);
      const renewed = store.commit();
      notes.clear(); // what they say is in the state
      if (renewed !== undefined) log.say('warning', renewed);
    };
    const leave = (): void => {
      store.close();
      lock.release();
    };
    const run: RunCall = (call) => runFirewallCall(call);
    const kept = {state, history, events, commit, notes, noted};
    return {kind: 'ready', resources: {...kept, run, secure, leave}};
  } catch (error) {
    locked.lock.release();
    return {kind: 'failed', why: `${config.stateDir}: ${(error as Error).message}`};
  }
}

/** Tries of five seconds. A count: a command whose firewall is busy takes half a minute at most. */
const mostTries = 12;

/**
 * For the daemon. Waits for a command that works on the state: without the daemon nobody is guarded.
 * Does not wait for another daemon, which listens.
 *
 * @param stop ends the waiting
 * @param unsaved the state of a dry run
 */
export async function openToGuard(
  config: Config,
  log: Log,
  stop: AbortSignal,
  unsaved: State,
): Promise<OpenedResources> {
  // Before anything is waited for: somebody sits there and looks.
  if (!config.dryRun && !stop.aborted && (await isAnswered(config, atOnceMs))) {
    log.say('warning', `${secondText(config)}; waiting 5s, for it may be ending`);
  }
  for (let tries = 1; ; tries++) {
    const opened = await openResources(config, log, unsaved);
    if (opened.kind !== 'taken' || tries >= mostTries || stop.aborted) return opened;
    if (await isAnswered(config)) return {kind: 'taken', why: secondText(config)};
    if (tries === 1) log.say('notice', `${opened.why}: waiting until it is done`);
  }
}

/** Of one that is there the answer takes some milliseconds. Ms: a busy machine takes its time. */
const atOnceMs = 2000;

async function isAnswered({controlSocket}: Config, patienceMs?: number): Promise<boolean> {
  return (await askControl(controlSocket, {command: 'status'}, patienceMs)).kind === 'answer';
}

/** Which daemon has the state, since when, and what to do. */
function secondText({stateDir}: Config): string {
  const {pid, startedMs} = lockHolder(stateDir) ?? {};
  const which = pid === undefined ? '' : ` (process ${pid}`;
  const since = startedMs === undefined ? '' : `, since ${localTime(startedMs)}`;
  const end = pid === undefined ? '' : `${since})`;
  return `another blocksmtp works on ${stateDir}${which}${end}: it guards already, see blocksmtp status; to change settings: blocksmtp reload; to start it anew: systemctl restart blocksmtp${pid === undefined ? '' : `, or kill ${pid} first`}`;
}

/**
 * For a command that only asks: where nothing was ever saved nothing is made, neither folder nor
 * database. One that is there is opened as usual, lock and all.
 */
export async function openToLook(config: Config, log: Log): Promise<OpenedResources> {
  try {
    if (config.dryRun || hasStore(config.stateDir)) return await openResources(config, log);
  } catch (error) {
    return {kind: 'failed', why: (error as Error).message};
  }
  const resources = {...nothingSaved(emptyState('unsaved')), run: runFirewallCall};
  return {kind: 'ready', resources};
}

const nothingSaved = (state: State): Omit<Resources, 'run'> => ({
  state,
  secure: () => Promise.resolve('wasThere'),
  commit: () => void (state.history.length = 0),
  history: () => [],
  events: () => [],
  leave: () => undefined,
});

const dryResources = (unsaved: State): Resources => ({
  ...nothingSaved(unsaved),
  // A table with nothing in it, and all that is asked of it is done.
  run: () => Promise.resolve({kind: 'done', stdout: '*filter\nCOMMIT\n'}),
});

/** Once at each start: what a hand or another program has put into the database. */
function sayLeftOut({state, leftOut}: Store, log: Log): void {
  const all = [...leftOut, ['blocks', removeStrangeBlocks(state)] as const];
  for (const [table, rows] of all) {
    const message = `state: ${table}: ${rows} rows are not as this program writes them: left out`;
    if (rows > 0) log.say('error', message);
  }
}
