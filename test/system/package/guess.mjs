// A guesser, run by package.test.ts in a network name space of the guest: asks the relay $1 for $2
// unknown names in one session, 20 ms apart, and prints how many answers it got before silence.
import {connect} from 'node:net';
import {createInterface} from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';

const [host, count] = process.argv.slice(2);
const names = Array.from({length: Number(count)}, (_, i) => `RCPT TO:<nobody${i}@example.net>`);
const socket = connect({host, port: 25});
// Longer than a busy relay takes. Who is cut does not wait for it.
const silenceMs = 10_000;
let answers = 0;
let patience;
const end = () => {
  process.stdout.write(`${answers}\n`);
  process.exit();
};
socket.on('error', end); // its session was cut
const speak = (text) => {
  clearTimeout(patience);
  patience = setTimeout(end, silenceMs);
  socket.write(`${text}\r\n`);
};

const script = ['EHLO client.example.org', 'MAIL FROM:<someone@example.org>', ...names, 'QUIT'];
for await (const line of createInterface({input: socket})) {
  if (line[3] === '-') continue;
  if (line.includes('User unknown')) answers += 1;
  await sleep(20);
  const next = script.shift();
  if (next === undefined) break;
  speak(next);
}
end();
