/**
 * What the watch knows over a reload: a connection counts once, and a program is told of once in an
 * interval, however often the configuration is read anew. A restart begins with nothing.
 */
import {SeenConnections} from './seen.js';
import {Watch} from './watch.js';

export class OutboundMemory {
  readonly seen = new SeenConnections();
  readonly watch = new Watch();
}
