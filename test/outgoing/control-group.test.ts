import {expect, test} from '@jest/globals';
import {homeOf} from '../../src/outgoing/control-group.js';

const id = '0123456789abcdef'.repeat(4);

test.each([
  ['0::/system.slice/apache2.service\n', 'unit', 'apache2.service'],
  ['0::/system.slice/system-php\\x2dfpm.slice/php8.4-fpm.service\n', 'unit', 'php8.4-fpm.service'],
  ['0::/system.slice/a\\x2db.service\n', 'unit', 'a-b.service'],
  ['0::/user.slice/user-1000.slice/session-3.scope\n', 'session', 'session-3.scope of uid 1000'],
  [
    '0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.service\n',
    'unit',
    'app-x.service of uid 1000',
  ],
  [`0::/system.slice/docker-${id}.scope\n`, 'container', id],
  [`0::/docker/${id}\n`, 'container', id],
  [
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podx.slice/cri-containerd-${id}.scope\n`,
    'container',
    id,
  ],
  [`0::/kubepods/besteffort/podx/${id}\n`, 'container', id],
  ['0::/lxc.payload.web1/system.slice/apache2.service\n', 'container', 'web1'],
  ['0::/machine.slice/machine-web\\x2d1.scope/payload\n', 'container', 'web-1'],
  ['0::/machine.slice/systemd-nspawn@web1.service/payload\n', 'container', 'web1'],
  ['12:pids:/x\n1:name=systemd:/system.slice/cron.service\n0::/\n', 'unit', 'cron.service'],
  [`4:memory:/docker/${id}\n1:name=systemd:/\n`, 'container', id],
  [`0::/system.slice/${'x'.repeat(200)}.service\n`, 'unit', 'x'.repeat(80)],
])('%j is %s %s', (text, kind, name) => {
  expect(homeOf(text)).toEqual({kind, name});
});

const user = '0::/user.slice/user-1000.slice';
const manager = `${user}/user@1000.service`;

test.each([
  [`${manager}/app.slice/apache2.service`, 'unit', 'apache2.service'],
  [`${manager}/user.slice/libpod-${id}.scope/container`, 'unit', `libpod-${id}.scope`],
  [`${manager}/app.slice/docker-${id}.scope`, 'unit', `docker-${id}.scope`],
  [`${manager}/machine.slice/machine-web.scope/x`, 'unit', 'machine-web.scope'],
  [`${manager}/app.slice/session-1.scope`, 'unit', 'session-1.scope'],
  [`${manager}/user-0.slice/user@0.service/x.service`, 'unit', 'x.service'],
  [`${manager}/${'x'.repeat(200)}.service`, 'unit', 'x'.repeat(80)],
  [`${user}/session-3.scope/x.service`, 'session', 'session-3.scope'],
  ['0::/user@1000.service/app.slice/apache2.service', 'unit', 'apache2.service'],
])('%j is what the user 1000 says: %s %s', (path, kind, name) => {
  expect(homeOf(`${path}\n`)).toEqual({kind, name: `${name} of uid 1000`});
});

test('a user of a container is in the container', () => {
  const path = `0::/docker/${id}/user.slice/user-1000.slice/user@1000.service/x.service\n`;
  expect(homeOf(path)).toEqual({kind: 'container', name: id});
});

test.each([
  '',
  `${user}/docker/${id}\n`,
  '0::/\n',
  '0::/init.scope\n',
  'no such line',
  '0::../../x.service',
])('%j is none', (text) => {
  expect(homeOf(text)).toEqual({kind: 'none'});
});
