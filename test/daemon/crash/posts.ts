/** The same test for several daemons at once, each in a box of its own: most of their time they wait. */
import fs from 'node:fs';
import {join} from 'node:path';
import type {Config} from '../../../src/config/schema.js';
import {Box} from './box.js';
import {bundleWhole} from '../../support/child.js';
import {Post} from './guarded.js';

/** @throws the first thing that went wrong, when all have ended */
export async function atPosts<Lane extends {readonly config: Partial<Config>}>(
  newDir: () => string,
  lanes: Readonly<Record<string, Lane>>,
  work: (post: Post, lane: Lane) => Promise<void>,
): Promise<void> {
  const script = bundleWhole(newDir(), 'test/daemon/crash/guarded-process.ts');
  const ends = await Promise.allSettled(
    Object.entries(lanes).map(async ([name, lane]) => {
      const folder = join(newDir(), 'lane');
      fs.mkdirSync(folder);
      const box = await Box.start(folder);
      const post = new Post(box, script, lane.config);
      try {
        await work(post, lane);
      } catch (error) {
        const said = `${post.child?.output() ?? ''}${post.child?.complaints() ?? ''}`;
        throw new Error(`${name}: ${String(error)}; it said:\n${said}`, {cause: error});
      } finally {
        await post.kill();
        box.stop();
      }
    }),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
