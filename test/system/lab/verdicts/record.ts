/** Records test/data/verdicts anew: the same dialogues, at each LogLevel. Run as root by its record.mjs. */
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {LogLevel} from '../grammar/relay.js';
import {Lab} from '../lab.js';
import {root} from '../paths.js';
import {playDialogues, startVerdictLab} from './play.js';

const levels: readonly LogLevel[] = [9, 10, 14];

try {
  for (const level of levels) {
    const lab = await startVerdictLab(`verdicts-${String(level)}`, level);
    await playDialogues(lab);
    const lines = (await lab.relay.logLines()).filter((line) => / sm-mta\[/.test(line));
    const path = join(root, 'test/data/verdicts', `ll${String(level)}.log`);
    await writeFile(path, lines.map((line) => `${line}\n`).join(''), 'latin1');
    process.stdout.write(`${path}: ${String(lines.length)} lines\n`);
    await lab.stop();
  }
} finally {
  await Lab.stopAll();
}
process.exit();
