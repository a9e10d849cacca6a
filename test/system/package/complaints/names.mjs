// A name server, run in a guest at 127.0.0.1:53: one TXT record, of the mailbox $2 at the name $1. No other
// name exists.
import dgram from 'node:dgram';

const [known, mailbox] = process.argv.slice(2);
const textType = 16;

function question(query) {
  const labels = [];
  let at = 12;
  for (; query[at] > 0; at += 1 + query[at])
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]));
  return {name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5};
}

const socket = dgram.createSocket('udp4');
socket.on('message', (query, {port, address}) => {
  const {name, type, end} = question(query);
  const isKnown = name === known && type === textType;
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  // An answer with authority; 3: no such name (RFC 1035 section 4.1.1).
  header.writeUInt16BE(0x8400 | (isKnown ? 0 : 3), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(isKnown ? 1 : 0, 6);
  const text = Buffer.from(mailbox, 'latin1');
  const record = Buffer.concat([
    Buffer.from([0xc0, 12, 0, textType, 0, 1, 0, 0, 0, 60, 0, text.length + 1, text.length]),
    text,
  ]);
  const answer = [header, query.subarray(12, end), ...(isKnown ? [record] : [])];
  socket.send(Buffer.concat(answer), port, address);
});
socket.bind(53, '127.0.0.1', () => console.log('ready'));
