/** Why mail could not be held from here: rights that this process lacks, and queues that it cannot write to. */
import {execFileSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from '@jest/globals';
import {build} from 'esbuild';
import {whyNotHeld} from '../../../src/sys/queue/hold-rights.js';
import {root} from '../../system/lab/paths.js';
import {tempDirs} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';
import {queueWorld} from './world.js';

const newDir = tempDirs();
const asRoot = whereAvailable({root: true});

asRoot('nothing speaks against it where root finds queues', async () => {
  expect(await Promise.resolve(whyNotHeld(queueWorld(newDir()).files))).toBeUndefined();
});

asRoot('without a queue there is none', async () => {
  const none = join(newDir(), 'none.cf');
  expect(await Promise.resolve(whyNotHeld({relay: [none], submission: [none]}))).toBe(
    `${none}: no such file`,
  );
});

/** The same in a process of its own, with other rights or another view of the files. */
async function inChild(words: readonly string[], folder: string): Promise<string> {
  const world = queueWorld(folder);
  const module = join(folder, 'module.mjs');
  await build({
    stdin: {
      contents: `import {whyNotHeld} from './src/sys/queue/hold-rights.ts';
console.log(whyNotHeld(JSON.parse(process.argv[2])) ?? 'nothing');`,
      resolveDir: root,
    },
    ...{bundle: true, platform: 'node', format: 'esm', outfile: module},
    banner: {
      js: "import {createRequire} from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const [program, ...rest] = [...words, process.execPath, module, JSON.stringify(world.files)];
  return execFileSync(program, rest, {encoding: 'utf8'}).trim();
}

asRoot('a process without the rights of the mailer lacks them by name', async () => {
  const words = [
    'setpriv',
    '--bounding-set=-setgid,-dac_override',
    '--inh-caps=-setgid,-dac_override',
  ];
  expect(await inChild(words, newDir())).toBe('the daemon has no CAP_SETGID, CAP_DAC_OVERRIDE');
});

asRoot('a queue on a file system that is read-only here is named', async () => {
  const folder = newDir();
  mkdirSync(join(folder, 'mqueue'));
  const mount = `mount --bind '${folder}/mqueue' '${folder}/mqueue' && mount -o remount,bind,ro '${folder}/mqueue' && exec "$@"`;
  const said = await inChild(['unshare', '--mount', 'sh', '-c', mount, 'sh'], folder);
  expect(said).toMatch(/^EROFS: read-only file system, access '.*\/mqueue\/q1'$/);
});
