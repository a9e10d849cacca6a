/** The two observers without the kernel's trace: the test gives them events, and tells them when to look. */
import {setImmediate} from 'node:timers/promises';
import type {LogLevel} from '../../../src/base/say.js';
import {AllowedSenders} from '../../../src/outgoing/live/allowed-senders.js';
import {EventObserver} from '../../../src/outgoing/live/event-observer.js';
import {OwnerBook} from '../../../src/outgoing/live/owner-book.js';
import {RemoteConnections} from '../../../src/outgoing/live/remote-connections.js';
import type {Senses} from '../../../src/outgoing/live/senses.js';
import {Sightings} from '../../../src/outgoing/live/sightings.js';
import {TableObserver} from '../../../src/outgoing/live/table-observer.js';
import {ReportedEarly} from '../../../src/outgoing/reported-early.js';
import {SeenConnections} from '../../../src/outgoing/seen-connections.js';
import type {Observation} from '../../../src/outgoing/watch/observation.js';
import {OwnAddresses} from '../../../src/sys/outgoing/own-addresses.js';
import {Users} from '../../../src/sys/proc/users.js';

export interface SensesOfTest {
  readonly tables: TableObserver;
  readonly events: EventObserver;
  readonly said: readonly [LogLevel, string][];
  /** Resolves when the observations hold everything seen so far. */
  readonly settled: () => Promise<void>;
}

/** @param observations reports are added to them */
export function makeSenses(
  port: number,
  observations: Observation[],
  ownAddresses = new OwnAddresses(() => undefined),
): SensesOfTest {
  const said: [LogLevel, string][] = [];
  const say = (level: LogLevel, message: string): void => void said.push([level, message]);
  const users = new Users();
  const senses: Senses = {
    connections: new RemoteConnections([port], ownAddresses, say),
    seen: new SeenConnections(),
    early: new ReportedEarly(),
    owners: new OwnerBook(users),
    allowed: new AllowedSenders([], users, [], say),
    sightings: new Sightings(say),
    say,
  };
  const {queue} = senses.sightings;
  void (async () => {
    for await (const observation of queue) observations.push(observation);
  })();
  const events = new EventObserver(senses);
  return {
    ...{tables: new TableObserver(senses), events, said},
    settled: async () => {
      await events.settled();
      senses.owners.hurry();
      await senses.sightings.settled();
      while (queue.size > 0) await setImmediate();
    },
  };
}

/** The sightings among these observations. */
export const sightingsOf = (
  observations: readonly Observation[],
): Extract<Observation, {kind: 'sighting'}>[] =>
  observations.filter((each) => each.kind === 'sighting');
