/**
 * Waits for work that may never end, for at most so many ms. The work itself goes on. The timer keeps the
 * process alive: without it, Node would end before the work has, if nothing else is left to do.
 */
export async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
