/**
 * Orders the test files for jest: the long ones first, so that none is left over at the end, with
 * idle cores beside it. The order is for speed only; every file runs, in whatever order.
 */
import TestSequencer from '@jest/test-sequencer';
import {existsSync, statSync} from 'node:fs';
import {join, relative} from 'node:path';
import {root} from './install.mjs';

/** The files that take longest, longest first. */
const longOnes = [
  'test/daemon/crash/firewall-crash-random.test.ts',
  'test/daemon/crash/firewall-crash-steps.test.ts',
  'test/daemon/crash/firewall-faults.test.ts',
  'test/blocks/walk.test.ts',
  'test/blocks/backends-with-sets.test.ts',
  'test/sys/run/instance-lock.test.ts',
  'test/daemon/crash/firewall-others.test.ts',
  'test/daemon/crash/firewall-disk-clock.test.ts',
  'test/system/sources.test.ts',
  'test/system/cut.test.ts',
  'test/system/control.test.ts',
  'test/system/package.test.ts',
  'test/system/spine.test.ts',
  'test/system/crash.test.ts',
  'test/system/brake.test.ts',
  'test/system/reaper.test.ts',
  'test/system/firewall.test.ts',
  'test/system/verified.test.ts',
  'test/system/neighbours.test.ts',
  'test/system/faults.test.ts',
  'test/system/grammar.test.ts',
  'test/system/remote.test.ts',
  'test/system/journal.test.ts',
  'test/system/flood.test.ts',
  'test/sys/disk/store-crash.test.ts',
  'test/cli/commands/egress.test.ts',
  'test/outgoing/live/watch.test.ts',
  'test/blocks/switch.test.ts',
  'test/sessions/live/reaper.test.ts',
  'test/cli/commands.test.ts',
  'test/cli/commands/outgoing.test.ts',
  'test/sys/journal/journal-faults.test.ts',
  'test/blocks/packets.test.ts',
  'test/blocks/backends.test.ts',
  'test/blocks/timeouts.test.ts',
];

/** The larger a file, the longer it runs, where nothing better is known. Bytes. */
const sizeOf = ({path}) => statSync(path).size;

export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const gone = longOnes.filter((path) => !existsSync(join(root, path)));
    if (gone.length > 0) throw new Error(`${import.meta.filename}: not there: ${gone.join(', ')}`);
    const rankOf = ({path}) => {
      const rank = longOnes.indexOf(relative(root, path));
      return rank < 0 ? longOnes.length : rank;
    };
    return [...tests].sort(
      (one, other) => rankOf(one) - rankOf(other) || sizeOf(other) - sizeOf(one),
    );
  }
}
