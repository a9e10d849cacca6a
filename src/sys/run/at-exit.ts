/** Does something just before this process ends by itself, as after an error that nobody handled. Not after `kill -9`. */

/** @returns revokes it */
export function atExit(work: () => void): () => void {
  process.once('exit', work);
  return () => void process.off('exit', work);
}
