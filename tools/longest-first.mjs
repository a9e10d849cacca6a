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
  'test/system/cut.test.ts',
  'test/system/package-greeting.test.ts',
  'test/system/quick-start.test.ts',
  'test/system/control.test.ts',
  'test/system/sources.test.ts',
  'test/system/start.test.ts',
  'test/system/package.test.ts',
  'test/system/greeting-children.test.ts',
  'test/system/complaints.test.ts',
  'test/system/queue.test.ts',
  'test/system/gate.test.ts',
  'test/system/verified.test.ts',
  'test/system/outgoing-mail.test.ts',
  'test/system/greeting-stops.test.ts',
  'test/system/faults.test.ts',
  'test/system/greeting.test.ts',
  'test/system/crash.test.ts',
  'test/system/journal.test.ts',
  'test/system/firewall.test.ts',
  'test/system/gate-sessions.test.ts',
  'test/system/neighbours.test.ts',
  'test/system/complained.test.ts',
  'test/system/remote.test.ts',
  'test/system/spine.test.ts',
  'test/system/forged.test.ts',
  'test/system/flood.test.ts',
  'test/system/brake.test.ts',
  'test/system/hold.test.ts',
  'test/system/reaper.test.ts',
  'test/greeting/rules/repairs.test.ts',
  'test/greeting/rules/packets.test.ts',
  'test/daemon/crash/firewall-crash-random.test.ts',
  'test/daemon/crash/firewall-crash-steps.test.ts',
  'test/sys/disk/store-crash.test.ts',
  'test/blocks/packets.test.ts',
  'test/daemon/crash/firewall-disk-clock.test.ts',
  'test/daemon/crash/firewall-others.test.ts',
  'test/daemon/crash/firewall-trial.test.ts',
  'test/greeting/rules/early.test.ts',
  'test/daemon/crash/firewall-faults.test.ts',
  'test/cli/commands.test.ts',
  'test/blocks/walk.test.ts',
  'test/outgoing/live/watch.test.ts',
  'test/sessions/live/cutter.test.ts',
  'test/blocks/backends-with-sets.test.ts',
  'test/outgoing/live/observer.test.ts',
  'test/outgoing/egress/repairs.test.ts',
  'test/cli/commands/egress.test.ts',
  'test/cli/commands/reload.test.ts',
  'test/cli/commands/coverage.test.ts',
  'test/greeting/rules/forged.test.ts',
  'test/scan/scanner.test.ts',
  'test/sys/follow/follow-model.test.ts',
  'test/sys/run/schedule-clock.test.ts',
  'test/sys/run/instance-lock.test.ts',
  'test/daemon/hearing.test.ts',
  'test/sessions/live/cutter-meanwhile.test.ts',
  'test/cli/commands/outgoing.test.ts',
  'test/cli/usage.test.ts',
  'test/scan/heard.test.ts',
  'test/blocks/switch.test.ts',
  'test/sessions/live/reaper.test.ts',
  'test/sys/journal/journal-faults.test.ts',
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
