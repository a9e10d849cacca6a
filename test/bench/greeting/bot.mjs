// Bots and mailers that act by the clock. Reads a JSON list from standard input, and prints a JSON answer for each.
// Runs in a client's network namespace. Decides nothing about what is right.
//   {from, to, startMs, speaksMs?, says?, leavesMs?}
// With `speaksMs` it says its words then, whatever it heard. Without, it waits for the 220 until `leavesMs`, and
// then asks command by command. `took`: a recipient was accepted.
import net from 'node:net';
import readline from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';

const commands = [
  'HELO bot.example.org',
  'MAIL FROM:<a@example.org>',
  'RCPT TO:<alice@example.net>',
];
/** How long a bot listens after its last action. Ms. */
const lastMs = 8000;

async function play({from, to, startMs, speaksMs, says, leavesMs}) {
  await sleep(startMs);
  return new Promise((resolve) => {
    const socket = net.connect({host: to, port: 25, localAddress: from, noDelay: true});
    const result = {took: false, heard: '', left: false, connected: false};
    let [text, step] = ['', 0];
    const timers = [];
    const after = (ms, act) => timers.push(setTimeout(act, ms));
    const end = () => socket.destroy();
    after(20_000 + (leavesMs ?? speaksMs ?? 0), end);
    socket.on('connect', () => {
      result.connected = true;
      if (speaksMs !== undefined)
        after(speaksMs, () => (socket.write(says), after(lastMs + 90_000, end)));
      else after(leavesMs, () => step === 0 && ((result.left = true), end()));
    });
    socket.on('data', (data) => {
      text += data.toString('latin1');
      result.heard ||= text.slice(0, 40);
      if (/^250 2\.1\.5 /m.test(text)) ((result.took = true), end());
      else if (/^[45]\d\d /m.test(text)) end();
      else if (speaksMs === undefined && /^2\d\d [^\n]*\n$/m.test(text) && step < commands.length) {
        text = '';
        socket.write(`${commands[step++]}\r\n`);
      }
    });
    socket.on('error', () => undefined);
    socket.on('end', end);
    socket.on('close', () => (timers.forEach(clearTimeout), resolve(result)));
  });
}

const lines = readline.createInterface({input: process.stdin});
for await (const line of lines) {
  console.log(JSON.stringify(await Promise.all(JSON.parse(line).map(play))));
  process.exit(0);
}
