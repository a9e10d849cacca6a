// One SMTP connection of a client machine: writes, and gives replies as they come. The operations of
// agent.mjs use it. It does not know what is sent.
import {once} from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import {setTimeout as sleep} from 'node:timers/promises';

/** One SMTP connection. `reply` gives a whole reply, or null if none came in time. */
export class Session {
  #text = '';
  #replies = [];
  #waiter;
  closed = false;

  static connect({host, port = 25, localAddress, timeoutMs}) {
    const session = new Session();
    session.#use(net.connect({host, port, localAddress, noDelay: true}));
    return Promise.race([
      new Promise((resolve) => session.socket.once('connect', () => resolve(session))),
      new Promise((resolve) => session.socket.once('close', () => resolve(undefined))),
      sleep(timeoutMs).then(() => undefined),
    ]).then((value) => (value === undefined ? (session.socket.destroy(), undefined) : session));
  }

  #use(socket) {
    this.socket = socket;
    socket.on('data', (data) => this.#take(data));
    socket.on('error', (error) => (this.error = error.code));
    socket.on('close', () => ((this.closed = true), this.#wake()));
  }

  /** Changes to TLS. The relay's certificate is self-signed and proves nothing. */
  async secure() {
    const plain = this.socket;
    plain.removeAllListeners('data');
    const secure = tls.connect({socket: plain, rejectUnauthorized: false});
    this.#use(secure);
    await Promise.race(['secureConnect', 'close'].map((event) => once(secure, event)));
  }

  #take(data) {
    this.#text += data.toString('latin1');
    for (let end; (end = this.#text.indexOf('\n')) >= 0; this.#text = this.#text.slice(end + 1)) {
      const line = this.#text.slice(0, end).replace(/\r$/, '');
      // '250-' says that more lines follow; only the last one ends the reply
      if (line[3] !== '-') this.#replies.push({line, at: Date.now()});
    }
    this.#wake();
  }

  #wake() {
    this.#waiter?.();
    this.#waiter = undefined;
  }

  async reply(timeoutMs) {
    const until = Date.now() + timeoutMs;
    while (this.#replies.length === 0 && !this.closed && Date.now() < until) {
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, Math.max(1, until - Date.now()));
        this.#waiter = () => (clearTimeout(timer), resolve());
      });
    }
    return this.#replies.shift() ?? null;
  }

  /** Writes bytes unchanged, one for each character. */
  write(bytes) {
    this.socket.write(Buffer.from(bytes, 'latin1'));
  }

  async command(text, timeoutMs) {
    this.socket.write(text + '\r\n');
    return this.reply(timeoutMs);
  }
}
