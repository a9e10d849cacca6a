// The mail server of the recipients of complaints. Prints each mail as a line of JSON. Refuses mail for
// the mailbox that is named. Called `hold`, it takes the whole message and never confirms it.
import net from 'node:net';

const [port, way = 'take', unknown = ''] = process.argv.slice(2);

net
  .createServer((socket) => {
    let [text, message, mail] = ['', undefined, {from: '', to: []}];
    const say = (line) => socket.write(`${line}\r\n`);
    const take = (line) => {
      if (message !== undefined) {
        if (line !== '.') return void message.push(line.replace(/^\./, ''));
        console.log(JSON.stringify({...mail, lines: message}));
        [message, mail] = [undefined, {from: '', to: []}];
        if (way !== 'hold') say('250 2.0.0 taken');
      } else if (/^MAIL FROM:/i.test(line)) {
        mail.from = /<(.*?)>/.exec(line)[1];
        say('250 2.1.0 ok');
      } else if (/^RCPT TO:/i.test(line)) {
        const [, to] = /<(.*?)>/.exec(line);
        if (to === unknown) return say('550 5.1.1 User unknown');
        mail.to.push(to);
        say('250 2.1.5 ok');
      } else if (/^DATA/i.test(line)) {
        message = [];
        say('354 go on');
      } else if (/^QUIT/i.test(line)) socket.end('221 2.0.0 bye\r\n');
      else say('250 2.0.0 ok');
    };
    say('220 mx.example.com ESMTP');
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      text += data.toString('latin1');
      for (let end; (end = text.indexOf('\n')) >= 0;) {
        const line = text.slice(0, end).replace(/\r$/, '');
        text = text.slice(end + 1);
        take(line);
      }
    });
  })
  .listen(Number(port), '127.0.0.1', () => console.log('ready'));
