// A client machine of the lab: an SMTP client in its own network namespace. It gets one JSON object a line on
// stdin for each order, and answers by one a line on stdout. Plain JavaScript, run by
// the host's node. It does not judge: it reports what it saw and when.
import readline from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';
import {dialog} from './agent-dialog.mjs';
import {answerIdent, filterMail, receiveMail} from './agent-servers.mjs';
import {knock} from './agent-knock.mjs';
import {Session} from './agent-session.mjs';

const sessions = new Map();
let lastSession = 0;

/** Connects within `timeoutMs`. The relay has the same time for each answer. */
async function open({helo = true, timeoutMs, ...where}) {
  const session = await Session.connect({...where, timeoutMs});
  if (!session) return {connected: false};
  const banner = await session.reply(timeoutMs);
  if (helo && banner) await session.command('EHLO client.example.org', timeoutMs);
  const id = ++lastSession;
  sessions.set(id, session);
  return {
    connected: true,
    session: id,
    banner: banner?.line ?? null,
    port: session.socket.localPort,
  };
}

function find(id) {
  const session = sessions.get(id);
  if (!session) throw new Error(`no session ${id}`);
  return session;
}

function close(id) {
  sessions.get(id)?.socket.destroy();
  sessions.delete(id);
}

/**
 * Guesses names until they run out, or until the relay is silent for `quietMs`. The connection, and each answer before
 * the first name, may take `greetingMs`, because silence so early only means a busy machine.
 */
async function guess({names, domain, gapMs, oneEnvelope, quietMs, greetingMs, keep, ...where}) {
  let id = where.session;
  const opened = id === undefined ? await open({...where, timeoutMs: greetingMs}) : undefined;
  if (opened && !opened.connected)
    return {connected: false, answers: [], silent: true, closed: true};
  id ??= opened.session;
  const session = find(id);
  const answers = [];
  const begin = (ms) => session.command('MAIL FROM:<someone@example.org>', ms);
  let alive =
    where.session !== undefined || (opened.banner !== null && (await begin(greetingMs)) !== null);
  for (const name of names) {
    alive &&= !session.closed;
    if (!alive) break;
    const sent = Date.now();
    const answer = await session.command(`RCPT TO:<${name}@${domain}>`, quietMs);
    if (answer === null) {
      alive = false;
      break;
    }
    answers.push({name, sent, at: answer.at, line: answer.line});
    if (!oneEnvelope) {
      alive = (await session.command('RSET', quietMs)) !== null && (await begin(quietMs)) !== null;
    }
    if (gapMs > 0) await sleep(gapMs);
  }
  const result = {connected: true, session: id, answers, silent: !alive, closed: session.closed};
  if (!keep) close(id);
  return result;
}

/** Sends all names in one write, like a guesser in a hurry. Counts the answers as they come. */
async function pipeline({names, domain, quietMs, greetingMs, ...where}) {
  const opened = await open({...where, timeoutMs: greetingMs});
  if (!opened.connected) return {connected: false, answers: [], silent: true, closed: true};
  const session = find(opened.session);
  await session.command('MAIL FROM:<someone@example.org>', greetingMs);
  session.socket.write(names.map((name) => `RCPT TO:<${name}@${domain}>\r\n`).join(''));
  const answers = [];
  const sent = Date.now();
  for (const name of names) {
    const answer = await session.reply(quietMs);
    if (answer === null) break;
    answers.push({name, sent, at: answer.at, line: answer.line});
  }
  const silent = answers.length < names.length;
  const result = {
    connected: true,
    session: opened.session,
    answers,
    silent,
    closed: session.closed,
  };
  close(opened.session);
  return result;
}

/** The wall clock with fractions of a ms, the same for all processes of the machine. */
function wallClock() {
  const tick = Date.now();
  while (Date.now() === tick);
  const offset = Date.now() - Number(process.hrtime.bigint()) / 1e6;
  return () => Number(process.hrtime.bigint()) / 1e6 + offset;
}

/**
 * Watches an open session: sends a command again after each answer, at most every `everyMs`. Ends
 * with the first command without an answer. It sends RSET, which sendmail answers without limit.
 */
async function watch({session: id, everyMs, quietMs, mostMs}) {
  const session = find(id);
  const clock = wallClock();
  const end = clock() + mostMs;
  let lastAnswered = 0;
  while (clock() < end) {
    const asked = clock();
    if ((await session.command('RSET', quietMs)) === null) {
      return {lastAnswered, firstUnanswered: asked};
    }
    lastAnswered = asked;
    await sleep(everyMs);
  }
  return {lastAnswered, firstUnanswered: null};
}

async function deliver({from, to, text, timeoutMs, ...where}) {
  const opened = await open({...where, timeoutMs});
  if (!opened.connected) return {accepted: false, line: null};
  const session = find(opened.session);
  let answer = null;
  const body = `From: <${from}>\r\nTo: <${to}>\r\nSubject: test\r\n\r\n${text}\r\n.`;
  for (const [command, wanted] of [
    [`MAIL FROM:<${from}>`, '2'],
    [`RCPT TO:<${to}>`, '2'],
    ['DATA', '3'],
    [body, '2'],
  ]) {
    answer = await session.command(command, timeoutMs);
    if (answer === null || answer.line[0] !== wanted) {
      close(opened.session);
      return {accepted: false, line: answer?.line ?? null};
    }
  }
  await session.command('QUIT', timeoutMs);
  close(opened.session);
  return {accepted: true, line: answer.line};
}

async function say({session, line, timeoutMs}) {
  const answer = await find(session).command(line, timeoutMs);
  return {line: answer?.line ?? null, closed: find(session).closed};
}

async function state({session}) {
  return {closed: find(session).closed, error: find(session).error ?? null};
}

const operations = {
  open,
  guess,
  pipeline,
  deliver,
  watch,
  say,
  state,
  dialog,
  knock,
  answerIdent,
  receiveMail,
  filterMail,
  close: async ({session}) => close(session),
};

readline.createInterface({input: process.stdin}).on('line', (line) => {
  const {id, op, args} = JSON.parse(line);
  operations[op](args).then(
    (value) => console.log(JSON.stringify({id, value: value ?? null})),
    (error) => console.log(JSON.stringify({id, error: String(error)})),
  );
});
process.stdin.on('end', () => process.exit(0));
console.log(JSON.stringify({id: 0, value: 'ready'}));
