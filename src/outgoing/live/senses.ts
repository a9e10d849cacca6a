/** What the two observers (events and tables) share, so that neither repeats the other's reports. */
import type {Say} from '../../base/say.js';
import type {AllowedSenders} from './allowed-senders.js';
import type {OwnerBook} from './owner-book.js';
import type {RemoteConnections} from './remote-connections.js';
import type {ReportedEarly} from '../reported-early.js';
import type {SeenConnections} from '../seen-connections.js';
import type {Sightings} from './sightings.js';

export interface Senses {
  readonly connections: RemoteConnections;
  readonly seen: SeenConnections;
  readonly early: ReportedEarly;
  readonly owners: OwnerBook;
  readonly allowed: AllowedSenders;
  readonly sightings: Sightings;
  readonly say: Say;
}
