// An RDAP registry for the example networks. Each half of a network has another holder.
import http from 'node:http';

http
  .createServer((request, response) => {
    const [, net, last] = /^\/ip\/(\d+\.\d+\.\d+)\.(\d+)$/.exec(request.url) ?? [];
    if (net === undefined) return void response.writeHead(404).end();
    const first = Number(last) < 128 ? 0 : 128;
    const vcardArray = [
      'vcard',
      [
        ['version', {}, 'text', '4.0'],
        ['email', {}, 'text', `abuse-${net.replaceAll('.', '-')}-${first}@example.com`],
      ],
    ];
    const entities = [{objectClassName: 'entity', handle: 'DESK', roles: ['abuse'], vcardArray}];
    const range = {
      startAddress: `${net}.${first}`,
      endAddress: `${net}.${first + 127}`,
      ipVersion: 'v4',
    };
    const value = {objectClassName: 'ip network', handle: 'NET', ...range, entities};
    response.writeHead(200, {'content-type': 'application/rdap+json'});
    response.end(JSON.stringify(value));
  })
  .listen(8053, '127.0.0.1', () => console.log('ready'));
