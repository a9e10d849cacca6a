// Servers for a machine of the lab: an ident server, a mail server that refuses recipients named ghost*,
// and a milter that refuses by name. Each is as small as sendmail allows.
import net from 'node:net';

const lines = (socket, take) => {
  let text = '';
  socket.on('data', (data) => {
    text += data.toString('latin1');
    for (let end; (end = text.indexOf('\n')) >= 0; text = text.slice(end + 1)) {
      take(text.slice(0, end).replace(/\r$/, ''));
    }
  });
  socket.on('error', () => undefined);
};

function listen(host, port, serve) {
  return new Promise((resolve, reject) => {
    const server = net.createServer(serve);
    server.on('error', reject);
    server.listen({host, port}, () => resolve(null));
  });
}

/** RFC 1413: answers who owns a connection, in the words of the test. */
export function answerIdent({address, system, user}) {
  return listen(address, 113, (socket) =>
    lines(socket, (ports) => socket.end(`${ports} : USERID : ${system} : ${user}\r\n`)),
  );
}

/** A next hop. `refusal` is its answer to recipients whose name begins with ghost. */
export function receiveMail({address, refusal}) {
  return listen(address, 25, (socket) => {
    let inBody = false;
    const say = (line) => socket.write(`${line}\r\n`);
    say('220 next.example.net ESMTP');
    lines(socket, (line) => {
      if (inBody) {
        if (line === '.') ((inBody = false), say('250 2.0.0 taken'));
      } else if (/^RCPT TO:<ghost/i.test(line)) say(refusal);
      else if (/^DATA/i.test(line)) ((inBody = true), say('354 go on'));
      else if (/^QUIT/i.test(line)) socket.end('221 2.0.0 bye\r\n');
      else say('250 2.0.0 ok');
    });
  });
}

const packet = (command, body = '') => {
  const data = Buffer.from(command + body, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
};

/** Version 6, changes nothing, wants neither headers, body nor unknown commands (SMFIP_NO*). */
const negotiated = Buffer.alloc(12);
negotiated.writeUInt32BE(6, 0);
negotiated.writeUInt32BE(0x10 | 0x20 | 0x40 | 0x100, 8);

/** The milter's refusal of a command; undefined: it accepts the command. */
function refusal(command, argument, sender) {
  if (command === 'T') return sender.includes('milter-data') ? '554 5.7.1 Not now' : undefined;
  const word = {C: 'connect', H: 'helo', M: 'from', R: 'to'}[command];
  if (word === undefined || !argument.includes(`milter-${word}`)) return undefined;
  return command === 'R' ? '550 5.1.1 User unknown' : '554 5.7.1 Not wanted here';
}

/** The part of the milter protocol that is needed to refuse. */
export function filterMail({address, port}) {
  return listen(address, port, (socket) => {
    let data = Buffer.alloc(0);
    let sender = '';
    socket.on('error', () => undefined);
    socket.on('data', (more) => {
      data = Buffer.concat([data, more]);
      while (data.length >= 4 && data.length >= 4 + data.readUInt32BE(0)) {
        const end = 4 + data.readUInt32BE(0);
        const command = String.fromCharCode(data[4]);
        const argument = data.toString('latin1', 5, end);
        data = data.subarray(end);
        if (command === 'Q') socket.end();
        else if (command === 'O') socket.write(packet('O', negotiated.toString('latin1')));
        else if (!'DAK'.includes(command)) {
          if (command === 'M') sender = argument;
          const text = refusal(command, argument, sender);
          socket.write(text === undefined ? packet('c') : packet('y', `${text}\0`));
        }
      }
    });
  });
}
