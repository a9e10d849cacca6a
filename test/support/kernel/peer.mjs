/**
 * One end of TCP connections, in a network namespace. `peer.mjs serve PORT...` sends back what it receives.
 * `peer.mjs greet PORT:MS...` first sends its port, after so many ms. `peer.mjs call` connects and sends as
 * lines of JSON on its input say, and prints what it receives. If root runs it, a call may be as another user (`uid`).
 */
import net from 'node:net';
import readline from 'node:readline';

const [mode, ...ports] = process.argv.slice(2);
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

if (mode === 'serve') {
  let waiting = ports.length;
  for (const port of ports) {
    const server = net.createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    server.listen(Number(port), '::', () => --waiting === 0 && tell({event: 'ready'}));
  }
} else if (mode === 'greet') {
  let waiting = ports.length;
  for (const [port, ms] of ports.map((word) => word.split(':').map(Number))) {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      setTimeout(() => void (socket.write(`${port} `), socket.pipe(socket)), ms);
    });
    server.listen(port, '::', () => --waiting === 0 && tell({event: 'ready'}));
  }
} else {
  const sockets = new Map();
  const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
  let turn = Promise.resolve();
  const begin = async ({id, uid, from, to, port, localPort}) => {
    // A socket belongs to the effective user at the moment when it is made, which is within this turn.
    if (uid !== undefined) process.seteuid(uid);
    const socket = net.connect({host: to, port, localAddress: from, localPort});
    sockets.set(id, socket);
    socket.on('connect', () => tell({event: 'connected', id}));
    socket.on('data', (data) => tell({event: 'data', id, text: data.toString()}));
    socket.on('error', (error) => tell({event: 'error', id, text: error.message}));
    if (uid === undefined) return;
    await nextTurn();
    process.seteuid(0);
  };
  tell({event: 'ready'});
  readline.createInterface({input: process.stdin}).on('line', (line) => {
    const order = JSON.parse(line);
    if (order.text !== undefined) return void sockets.get(order.id).write(order.text);
    turn = turn.then(() => begin(order));
  });
}
