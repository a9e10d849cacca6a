// Plays a whole conversation that is given as data (lab/dialog.ts has the types). It does not ask the test
// process in between, so hundreds of sessions take a second.
import {setTimeout as sleep} from 'node:timers/promises';
import {Session} from './agent-session.mjs';

async function answersTo(session, count, timeoutMs) {
  const lines = [];
  for (let i = 0; i < count; i += 1) {
    const reply = await session.reply(timeoutMs);
    lines.push(reply?.line ?? null);
    if (reply === null) break;
  }
  return lines;
}

async function play(session, step, timeoutMs) {
  if (typeof step === 'string') {
    // latin1, as everything here: one character is one byte
    session.write(`${step}\r\n`);
    return answersTo(session, 1, timeoutMs);
  }
  switch (step.kind) {
    case 'bytes':
      session.write(step.bytes);
      return answersTo(session, step.answers, timeoutMs);
    case 'pause':
      await sleep(step.ms);
      return [];
    case 'secure': {
      const reply = await session.command('STARTTLS', timeoutMs);
      if (reply?.line[0] === '2') await session.secure();
      return [reply?.line ?? null];
    }
    default:
      throw new Error(`no step ${step.kind}`);
  }
}

export async function dialog({steps, early, whenSilent, timeoutMs, ...where}) {
  const session = await Session.connect({...where, timeoutMs});
  if (!session) return {connected: false, banner: null, answers: []};
  if (early !== undefined) session.write(early);
  const banner = (await session.reply(timeoutMs))?.line ?? null;
  const answers = [];
  for (const step of steps) {
    if (session.closed) break;
    const command = typeof step === 'string' ? step : step.kind;
    const lines = await play(session, step, timeoutMs);
    answers.push(...lines.map((line) => ({command, line})));
    if (whenSilent === 'hangUp' && lines.includes(null)) break;
  }
  session.socket.destroy();
  return {connected: true, banner, answers};
}
