// Clients in the guest's network of clients: they call port $3 of the relay from the addresses 192.0.2.$1 (`11`, or
// `20-119`: one after the other, until the file $2 is there). Each says the words behind as lines, one after each
// answer; `early:TEXT` comes before the greeting, and `wait:FILE` waits for a file. Prints a line of JSON for each.
import {existsSync} from 'node:fs';
import {connect} from 'node:net';
import {createInterface} from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';

const [range, stopFile, port, ...words] = process.argv.slice(2);
const [first, last = first] = range.split('-').map(Number);
const connectMs = 3000;
const patienceMs = 45_000;
const gapMs = 100;

async function call(from) {
  const beganMs = performance.now();
  const seen = {from, connected: false, answers: []};
  const socket = connect({host: '192.0.2.1', port: Number(port), localAddress: from});
  socket.setNoDelay(true);
  const slow = setTimeout(() => ((seen.end = 'timeout'), socket.destroy()), connectMs);
  const late = setTimeout(() => ((seen.end = 'late'), socket.destroy()), patienceMs);
  socket.on('error', (error) => (seen.end ??= error.code));
  socket.on('connect', () => {
    clearTimeout(slow);
    seen.connected = true;
    seen.port = socket.localPort;
    for (const text of words.filter((word) => word.startsWith('early:'))) {
      socket.write(`${text.slice('early:'.length)}\r\n`);
    }
  });
  const script = words.filter((word) => !word.startsWith('early:'));
  const lines = createInterface({input: socket});
  // One that never was connected has no end.
  socket.on('close', () => lines.close());
  try {
    for await (const line of lines) {
      if (line[3] === '-') continue;
      seen.firstMs ??= Math.round(performance.now() - beganMs);
      seen.answers.push(line);
      let next = script.shift();
      while (next?.startsWith('wait:')) {
        while (!existsSync(next.slice('wait:'.length))) await sleep(20);
        next = script.shift();
      }
      if (next === undefined) break;
      socket.write(`${next}\r\n`);
    }
  } catch (error) {
    seen.end ??= error.code; // readline tells it, too
  }
  clearTimeout(slow);
  clearTimeout(late);
  socket.destroy();
  process.stdout.write(`${JSON.stringify({...seen, end: seen.end ?? 'over'})}\n`);
}

const calls = [];
for (let at = first; at <= last; at += 1) {
  calls.push(call(`192.0.2.${at}`));
  if (last > first) await sleep(gapMs);
  if (last > first && existsSync(stopFile)) break;
}
await Promise.all(calls);
