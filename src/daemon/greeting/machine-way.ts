/** The way to the gate on this machine, as the configuration wants it. */
import type {Config} from '../../config/schema.js';
import {noWay} from '../../greeting/no-way.js';
import type {GateWay} from '../../greeting/way.js';
import type {Family} from '../../net/address.js';

/** A dry run, and a machine whose firewall nobody changes, lead nobody away. */
export const machineWay = (
  _config: Pick<Config, 'greeting' | 'dryRun'>,
  families: readonly Family[],
): GateWay => noWay(families);
