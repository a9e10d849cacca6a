// Makes connections that act by the clock, whatever the server sends (lab/dialog.ts has the types). For clients that
// speak before the greeting.
import net from 'node:net';

function knockOnce({acts, until, host, port, localAddress}, timeoutMs) {
  return new Promise((resolve) => {
    const socket = net.connect({host, port, localAddress, noDelay: true});
    let [text, end, connected, firstMs, startMs] = ['', 'open', false, null, performance.now()];
    let connectMs = 0;
    const timers = [setTimeout(() => socket.destroy(), timeoutMs)];
    const sinceMs = () => performance.now() - startMs;
    socket.on('connect', () => {
      connected = true;
      connectMs = sinceMs();
      startMs = performance.now();
      for (const {afterMs, kind, bytes = ''} of acts) {
        const act = () => {
          if (kind === 'say') socket.write(Buffer.from(bytes, 'latin1'));
          else if (kind === 'finish') socket.end();
          else socket.resetAndDestroy();
        };
        if (afterMs === 0) act();
        else timers.push(setTimeout(act, afterMs));
      }
    });
    socket.on('data', (data) => {
      firstMs ??= sinceMs();
      text += data.toString('latin1');
      if (until !== undefined && text.includes(until)) socket.destroy();
    });
    socket.on('end', () => (end = 'finished'));
    socket.on('error', ({code}) => code === 'ECONNRESET' && (end = 'reset'));
    socket.on('close', () => {
      timers.forEach(clearTimeout);
      resolve({connected, connectMs, text, end, firstMs, endMs: sinceMs()});
    });
  });
}

export const knock = ({knocks, timeoutMs}) =>
  Promise.all(knocks.map((each) => knockOnce(each, timeoutMs)));
