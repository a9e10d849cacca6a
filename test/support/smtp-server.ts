/** A mailer at the loopback address. It answers each command as the test says, and keeps complete mails. */
import {createServer, type Socket} from 'node:net';
import type {AddressInfo} from 'node:net';

/** `greeting` and `end` (of the message) are no commands. `hang`: no answer. `cut`: the connection ends. */
export type Replies = Readonly<
  Partial<Record<'greeting' | 'EHLO' | 'MAIL' | 'RCPT' | 'DATA' | 'end', string>>
>;

export interface TakenMail {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

export interface SmtpServer {
  readonly port: number;
  readonly mails: readonly TakenMail[];
  replies: Replies;
  readonly close: () => Promise<void>;
}

const usual = {greeting: '220 mx', EHLO: '250 mx', MAIL: '250 ok', RCPT: '250 ok', DATA: '354 go'};

export async function smtpServer(replies: Replies = {}): Promise<SmtpServer> {
  const mails: TakenMail[] = [];
  const sockets = new Set<Socket>();
  const made = {replies};
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    serve(socket, (name) => made.replies[name] ?? {...usual, end: '250 taken'}[name], mails);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  return Object.assign(made, {port, mails, close});
}

function serve(socket: Socket, replyOf: (name: keyof Replies) => string, mails: TakenMail[]): void {
  let [rest, from, to] = ['', '', ''];
  let body: string[] | undefined;
  const answer = (name: keyof Replies): void => {
    const text = replyOf(name);
    if (text === 'cut') socket.destroy();
    else if (text !== 'hang') socket.write(`${text}\r\n`);
  };
  const take = (line: string): void => {
    if (body !== undefined) {
      if (line !== '.') return void body.push(line.replace(/^\./, ''));
      mails.push({from, to, text: body.join('\r\n')});
      body = undefined;
      answer('end');
      return;
    }
    const [, address = ''] = /<(.*?)>/.exec(line) ?? [];
    const command = line.slice(0, 4).toUpperCase();
    if (command === 'MAIL') from = address;
    if (command === 'RCPT') to = address;
    if (command === 'DATA' && replyOf('DATA').startsWith('354')) body = [];
    if (command === 'QUIT') return void socket.end('221 bye\r\n');
    answer(command as keyof Replies);
  };
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
  answer('greeting');
}
