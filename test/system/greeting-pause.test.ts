/**
 * sendmail's own pause before the greeting: the lines that `greeting advise` prints go through the real m4 and makemap,
 * the sendmail that comes of them keeps strangers waiting and not those who are exempt, and `doctor` says so.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import type {Client, Family} from './lab/client.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

let lab: Lab;
let stranger: Client;
let partner: Client;

describe("sendmail's own pause", () => {
  beforeAll(async () => {
    lab = await Lab.start({id: 'pause', clients: {stranger: 40, partner: 41}});
    [stranger, partner] = [lab.client('stranger'), lab.client('partner')];
    await lab.relay.write(
      '/etc/blocksmtp.whitelist',
      '192.0.2.41\n2001:db8::41\n198.51.100.0/23\n203.0.113.0/25\n',
    );
  });
  afterAll(() => Lab.stopAll());

  const doctor = async (): Promise<string> => {
    const words = ['doctor', '--greeting=observe', '--outbound=off'];
    return (await lab.relay.blocksmtp(words, {timeoutMs: 60_000})).stdout;
  };

  /** Makes a sendmail.cf of it. What m4 says is an error. */
  async function build(file: string): Promise<void> {
    const made = await lab.relay.run('sh', ['-c', `m4 ${file} >/etc/mail/sendmail.cf`]);
    expect(made).toEqual({code: 0, stdout: '', stderr: ''});
  }

  async function startAnew(): Promise<void> {
    const sendmail = ['-f', '^sendmail: '];
    await lab.relay.sh('pkill', sendmail);
    await until('the end', async () => (await lab.relay.run('pgrep', sendmail)).code === 1);
    await lab.startSendmail();
  }

  test('without it doctor says so, and how short the listen queue is', async () => {
    const found = await doctor();
    expect(found).toMatch(/^ok +sendmail does not pause before its greeting/m);
    expect(found).toMatch(/^advice +the mailer's listen queue has 10 places/m);
  });

  test('m4 and makemap take the printed lines, and sendmail runs with them', async () => {
    const advice = (await lab.relay.blocksmtp(['greeting', 'advise'])).stdout;
    const [forMc = '', forMap = ''] = advice.split(/^# the access map.*\n/m);
    const features = forMc.split('\n').filter((line) => line.startsWith('FEATURE'));
    expect(features).toHaveLength(1);
    const listen = /Listen=\d+/.exec(forMc)?.[0] ?? '';
    const old = await lab.relay.read('/etc/mail/lab.mc');
    const macro = old
      .replace(
        /^DAEMON_OPTIONS/m,
        `FEATURE(\`access_db')dnl\n${features.join('\n')}\nDAEMON_OPTIONS`,
      )
      .replaceAll(/^(DAEMON_OPTIONS\(`.*)'\)dnl$/gm, `$1, ${listen}')dnl`);
    await lab.relay.write('/etc/mail/pause.mc', macro);
    await build('/etc/mail/pause.mc');
    await lab.relay.write('/etc/mail/access', forMap);
    const map = await lab.relay.run('makemap', ['hash', '/etc/mail/access'], {input: forMap});
    expect(map).toEqual({code: 0, stdout: '', stderr: ''});
    expect(forMap).toContain('GreetPause:198.51.101\t0\n');
    expect(forMap).toMatch(/^# {3}203\.0\.113\.0\/25$/m);
    await startAnew();
    const queues = (await lab.relay.sh('ss', ['-Hltn', 'sport = :25'])).split('\n');
    expect(queues.map((line) => line.split(/\s+/)[2])).toEqual(['128', '128']);
  });

  const early = [{afterMs: 0, kind: 'say', bytes: 'EHLO client.example.org\r\n'}] as const;

  test.each([4, 6] as const)(
    'strangers wait, and who is exempt does not, IPv%i',
    async (family: Family) => {
      // Who speaks within the pause hears 554; who has none is greeted before anybody looks.
      const [talker] = await stranger.knock([{family, acts: early, until: '\r\n'}]);
      expect(talker?.text).toMatch(/^554 /);
      const [spared] = await partner.knock([{family, acts: early, until: '\r\n'}]);
      expect(spared?.text).toMatch(/^220 /);
      const [silent] = await stranger.knock([{family, acts: [], until: '\r\n'}]);
      expect(silent?.text).toMatch(/^220 /);
      expect(silent?.firstMs).toBeGreaterThan(4900);
      const to = family === 4 ? ['127.0.0.1', '192.0.2.1'] : ['::1', '2001:db8::1'];
      for (const address of to) {
        const script = `require('net').connect(25, '${address}').once('data', (d) => (console.log(String(d).trim()), process.exit())).write('EHLO here\\r\\n')`;
        expect(await lab.relay.sh('node', ['-e', script])).toMatch(/^220 /);
      }
    },
  );

  test('doctor says that it is on, and that no exempt client waits', async () => {
    const found = await doctor();
    expect(found).toMatch(/^ok +sendmail pauses for 5s before its greeting$/m);
    expect(found).toMatch(
      /^ok +loopback, your own addresses and the whitelist do not wait for it$/m,
    );
    expect(found).not.toContain('listen queue');
  });

  test('doctor names the clients that wait all the same, and says that makemap was not run', async () => {
    await lab.relay.write('/etc/mail/access', 'GreetPause:127.0.0.1\t0\nGreetPause:192.0.2\t0\n');
    const found = await doctor();
    expect(found).toMatch(/^advice +\S+, \S+, \S+(?: and \d+ more)? wait for sendmail's greeting/m);
    expect(found).toContain('198.51.100.0/23');
    expect(found).toContain("sendmail's access map is newer than its database");
    await lab.relay.write(
      '/etc/mail/lonely.mc',
      (await lab.relay.read('/etc/mail/lab.mc')).replace(
        /^DAEMON_OPTIONS/m,
        "FEATURE(`greet_pause', `5000')dnl\nDAEMON_OPTIONS",
      ),
    );
    await build('/etc/mail/lonely.mc');
    expect(await doctor()).toContain("the whitelist wait for sendmail's greeting as strangers do");
  });
});
