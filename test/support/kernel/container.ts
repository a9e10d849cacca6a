/** A mailer in its own network namespace, behind DNAT, as docker makes it. */
import {openSpace, toolOf} from './namespace.js';
import {startPeer} from './peers.js';
import type {Scene} from './scenes.js';

const inside = {4: ['172.17.0.1', '172.17.0.2', '16'], 6: ['fd00::1', 'fd00::2', '64']} as const;

/** Port 25 of the machine leads to port 27 of a mailer in its own network namespace. @returns a function that ends it */
export async function openContainer({namespace, family, variant}: Scene): Promise<() => void> {
  const [gateway, mailer, length] = inside[family];
  const container = await openSpace();
  const within = `--net=/proc/${container.pid}/ns/net`;
  const noWait = family === 4 ? [] : ['nodad'];
  const host = (...words: string[]) => namespace.run('ip', [`-${family}`, ...words]);
  const there = (...words: string[]) =>
    namespace.run('nsenter', [within, 'ip', `-${family}`, ...words]);
  host(
    'link',
    'add',
    'docker0',
    'type',
    'veth',
    'peer',
    'name',
    'net',
    'netns',
    String(container.pid),
  );
  host('address', 'add', `${gateway}/${length}`, 'dev', 'docker0', ...noWait);
  there('address', 'add', `${mailer}/${length}`, 'dev', 'net', ...noWait);
  host('link', 'set', 'docker0', 'up');
  there('link', 'set', 'net', 'up');
  there('route', 'add', 'default', 'via', gateway);
  const forward = family === 4 ? 'net.ipv4.ip_forward=1' : 'net.ipv6.conf.all.forwarding=1';
  namespace.run('sysctl', ['-qw', forward]);
  const to = family === 4 ? `${mailer}:27` : `[${mailer}]:27`;
  const rule = ['-p', 'tcp', '--dport', '25', '-j', 'DNAT', '--to-destination', to];
  namespace.run(toolOf(family, variant), ['-t', 'nat', '-A', 'PREROUTING', ...rule]);
  const serving = startPeer(
    ['nsenter', within, process.execPath, 'test/support/kernel/peer.mjs', 'serve', '27'],
    () => undefined,
  );
  await serving.ready;
  return () => {
    serving.child.kill('SIGKILL');
    container.close();
  };
}
