// A client, run in the name space of the guest's clients: comes from $1 and asks the relay for the
// unknown names nobody$2 … in one session, $3 of them, $4 ms apart. It then stays for $5 s and hangs
// up. Prints how many answers it got before two seconds of silence.
import {connect} from 'node:net';
import {createInterface} from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';

const [from, first, count, gapMs, staySeconds] = process.argv.slice(2);
const nameOf = (i) => `nobody${Number(first) + i}@example.net`;
const names = Array.from({length: Number(count)}, (_, i) => `RCPT TO:<${nameOf(i)}>`);
const script = ['EHLO client.example.org', 'MAIL FROM:<someone@example.org>', ...names];
const socket = connect({host: '192.0.2.1', port: 25, localAddress: from});
let answers = 0;
let patience;
const end = () => {
  process.stdout.write(`${answers}\n`);
  process.exit();
};
socket.on('error', end); // its session was cut
const speak = (text) => {
  clearTimeout(patience);
  patience = setTimeout(end, 2000);
  socket.write(`${text}\r\n`);
};

for await (const line of createInterface({input: socket})) {
  if (line[3] === '-') continue;
  if (line.includes('User unknown')) answers += 1;
  const next = script.shift();
  if (next === undefined) break;
  await sleep(Number(gapMs));
  speak(next);
}
clearTimeout(patience);
await sleep(Number(staySeconds) * 1000);
socket.end('QUIT\r\n');
end();
