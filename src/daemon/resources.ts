/**
 * Opens what a daemon, or a command without one, works on: the lock, the store, the firewall. In a dry
 * run, parts that touch nothing take their place.
 */
import {Troubles} from '../base/mechanisms/troubles.js';
import type {Block} from '../blocks/block.js';
import type {HistoryEntry} from '../blocks/history.js';
import {takeNotes} from '../blocks/noted.js';
import type {Config} from '../config/schema.js';
import type {RunCall} from '../firewall/live/part.js';
import {otherDaemon} from './other-daemon.js';
import {isSavedBlock, removeStrangeBlocks} from '../guard/saved-rows.js';
import {emptyState, type State} from '../guard/state.js';
import {takeOver} from '../judge/memory/take-over.js';
import {NotesFile} from '../sys/disk/notes-file.js';
import {hasStore, openStore, type Store} from '../sys/disk/store.js';
import {monotonicMs, nowMs, pauseUnless} from '../sys/run/clock.js';
import {lockState} from '../sys/run/instance-lock.js';
import {runFirewallCall} from '../sys/firewall/netfilter.js';
import {WaitingTools} from '../sys/firewall/waiting-tools.js';
import type {Log} from '../sys/talk/log.js';

export interface Resources {
  readonly state: State;
  readonly commit: () => void;
  readonly history: (network: string, most: number) => readonly HistoryEntry[];
  /** The history of all networks since that time, the newest first. */
  readonly events: (sinceMs: number, most: number) => readonly HistoryEntry[];
  readonly run: RunCall;
  /** Takes notes of blocks that are not saved yet; the next commit removes them. Absent: in a dry run. */
  readonly notes?: NotesFile;
  /** Takes notes of processes that are frozen for a moment. Absent: in a dry run. */
  readonly frozen?: NotesFile;
  /** Blocks that a killed run had noted and not saved; the state has them. Default: none. */
  readonly noted?: readonly Block[];
  /**
   * Restores the state's directory and its lock if they are gone; from then on `commit` saves there.
   */
  readonly secure: () => Promise<'wasThere' | 'madeAgain'>;
  leave(): void;
}

export type OpenedResources =
  | {readonly kind: 'ready'; readonly resources: Resources}
  | {readonly kind: 'taken' | 'failed'; readonly why: string};

/** @param unsaved the state of a dry run, which writes to no disk */
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
    const tools = new WaitingTools();
    const notes = new NotesFile(config.stateDir, 'cut-notes');
    const frozen = new NotesFile(config.stateDir, 'frozen-notes');
    const noted = takeNotes(store.state, notes.read(), isSavedBlock);
    sayNoted(noted, log);
    let {lock} = locked;
    const troubles = new Troubles(log.say);
    const {state, history, events} = store;
    const secure: Resources['secure'] = async () => {
      if (lock.isThere()) {
        troubles.end('state', `state: ${config.stateDir} is there again`);
        return 'wasThere';
      }
      const again = await lockState(config.stateDir);
      const gone = `state: ${config.stateDir} was removed, is mounted over, or cannot be read`;
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
      if (!lock.isThere())
        throw new Error(`${config.stateDir} was removed, is mounted over, or cannot be read`);
      const renewed = store.commit();
      notes.clear(); // what they say is in the state
      if (renewed !== undefined) log.say('warning', renewed);
    };
    const leave = (): void => {
      tools.close();
      store.close();
      lock.release();
    };
    const {run} = tools;
    const kept = {state, history, events, commit, notes, noted, frozen};
    return {kind: 'ready', resources: {...kept, run, secure, leave}};
  } catch (error) {
    locked.lock.release();
    return {kind: 'failed', why: `${config.stateDir}: ${(error as Error).message}`};
  }
}

/**
 * Tries, one every five seconds. A count: a command with a busy firewall takes half a minute at most.
 */
const mostTries = 12;

/** How long another daemon may go on answering, because it may be ending, and how often to ask. Ms. */
const [endingMs, askAgainMs] = [5000, 250];

/** Whether a life of this process has guarded before. */
export type Guarding = 'notYet' | 'begun';

/**
 * For the daemon. Waits for a command that holds the state, because without the daemon nobody is
 * guarded. Does not work beside another daemon that answers at its socket, whatever state that one has.
 *
 * @param stop ends the waiting
 * @param unsaved the state of a dry run
 * @param guarding once begun, a daemon goes on: it ends for no other, which may have come later
 */
export async function openToGuard(
  config: Config,
  log: Log,
  stop: AbortSignal,
  unsaved: State,
  guarding: Guarding = 'notYet',
): Promise<OpenedResources> {
  const other = guarding === 'notYet' ? await otherThatStays(config, log, stop) : undefined;
  if (other !== undefined) return {kind: 'taken', why: other};
  for (let tries = 1; ; tries++) {
    const opened = await openResources(config, log, unsaved);
    if (opened.kind !== 'taken' || tries >= mostTries || stop.aborted) return opened;
    const late = await otherDaemon(config);
    if (late !== undefined) return {kind: 'taken', why: late};
    if (tries === 1) log.say('notice', `${opened.why}: waiting until it is done`);
  }
}

/** @returns what to tell about another daemon that still answers after a while; undefined: none does */
async function otherThatStays(
  config: Config,
  log: Log,
  stop: AbortSignal,
): Promise<string | undefined> {
  if (config.dryRun || stop.aborted) return undefined;
  const other = await otherDaemon(config);
  if (other === undefined) return undefined;
  // Before any waiting, because the operator may be looking at the output.
  log.say('warning', `${other}; waiting 5s, for it may be ending`);
  const latestMs = monotonicMs() + endingMs;
  const isOver = (): boolean => stop.aborted || monotonicMs() >= latestMs;
  for (;;) {
    await pauseUnless(stop, askAgainMs);
    const still = await otherDaemon(config);
    if (still === undefined || isOver()) return still;
  }
}

/**
 * For a command that only asks. If nothing was ever saved, no folder or database is created. An
 * existing state is opened as usual, with its lock.
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
  // An empty table, in which every call succeeds.
  run: () => Promise.resolve({kind: 'done', stdout: '*filter\nCOMMIT\n'}),
});

function sayNoted(noted: readonly Block[], log: Log): void {
  if (noted.length === 0) return;
  const which = noted.map(({network}) => network).join(', ');
  log.say('notice', `state: blocks that a killed run had noted and not saved: ${which}`);
}

/** Logged once at each start: rows that an administrator or another program put into the database. */
function sayLeftOut({state, leftOut}: Store, log: Log): void {
  const all = [...leftOut, ['blocks', removeStrangeBlocks(state)] as const];
  for (const [table, rows] of all) {
    const message = `state: ${table}: ${rows} rows are not as this program writes them: left out`;
    if (rows > 0) log.say('error', message);
  }
}
