/** A name server for tests, over UDP and TCP at one port. It has records by name and type, or gives an error. */
import dgram from 'node:dgram';
import net, {type AddressInfo} from 'node:net';

type Kind = 'A' | 'AAAA' | 'PTR' | 'MX' | 'TXT';
/** A TXT record is a list of pieces, and an MX record the exchanger. `cut`: over UDP it gives only the beginning. */
export type Records =
  | readonly string[]
  | readonly (readonly string[])[]
  | 'servfail'
  | 'silent'
  | {readonly cut: readonly string[]};

const types: Readonly<Record<number, Kind>> = {1: 'A', 12: 'PTR', 15: 'MX', 16: 'TXT', 28: 'AAAA'};
const numbers: Readonly<Record<Kind, number>> = {A: 1, PTR: 12, MX: 15, TXT: 16, AAAA: 28};

export interface NameServer {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** `TYPE name over transport`, in order. */
  readonly asked: string[];
  readonly set: (kind: Kind, name: string, records: Records) => void;
  readonly close: () => Promise<void>;
}

const text = (piece: string): Buffer => {
  const bytes = Buffer.from(piece, 'latin1');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
};

/** A bare dot is the root. */
const nameBytes = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .split('.')
      .filter((label) => label !== '')
      .map(text),
    Buffer.from([0]),
  ]);

function data(kind: Kind, record: string | readonly string[]): Buffer {
  const pieces = typeof record === 'string' ? [record] : record;
  const [first = ''] = pieces;
  switch (kind) {
    case 'A':
      return Buffer.from(first.split('.').map(Number));
    case 'AAAA':
      return Buffer.from(first.replaceAll(':', ''), 'hex');
    case 'PTR':
      return nameBytes(first);
    case 'MX':
      return Buffer.concat([Buffer.from([0, 10]), nameBytes(first)]);
    case 'TXT':
      return Buffer.concat(pieces.map(text));
  }
}

function question(query: Buffer): {name: string; kind: Kind | undefined; end: number} {
  const labels: string[] = [];
  let at = 12;
  while (query[at] !== 0) {
    const length = query[at]!;
    labels.push(query.subarray(at + 1, at + 1 + length).toString('latin1'));
    at += 1 + length;
  }
  return {
    name: labels.join('.').toLowerCase(),
    kind: types[query.readUInt16BE(at + 1)],
    end: at + 5,
  };
}

/** @param wanted the port; 0: any free one */
export async function nameServer(wanted = 0): Promise<NameServer> {
  const zone = new Map<string, Records>();
  const asked: string[] = [];
  /** @returns undefined: no answer */
  const answer = (query: Buffer, over: 'udp' | 'tcp'): Buffer | undefined => {
    const {name, kind = 'A', end} = question(query);
    asked.push(`${kind} ${name} over ${over}`);
    const found = zone.get(`${kind} ${name}`);
    if (found === 'silent') return undefined;
    const isKnown = [...zone.keys()].some((key) => key.endsWith(` ${name}`));
    const isCut = typeof found === 'object' && 'cut' in found;
    const records = isCut
      ? over === 'udp'
        ? []
        : found.cut
      : typeof found === 'object'
        ? found
        : [];
    const code = found === 'servfail' ? 2 : isKnown ? 0 : 3;
    const header = Buffer.alloc(12);
    header.writeUInt16BE(query.readUInt16BE(0), 0);
    header.writeUInt16BE(0x8180 | code | (isCut && over === 'udp' ? 0x0200 : 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    const answers = records.map((record) => {
      const value = data(kind, record);
      const head = Buffer.from([0xc0, 12, 0, numbers[kind], 0, 1, 0, 0, 0, 60, 0, 0]);
      head.writeUInt16BE(value.length, 10);
      return Buffer.concat([head, value]);
    });
    return Buffer.concat([header, query.subarray(12, end), ...answers]);
  };
  const [udp, tcp] = [dgram.createSocket('udp4'), net.createServer()];
  udp.on('message', (query, {port, address}) => {
    const said = answer(query, 'udp');
    if (said !== undefined) udp.send(said, port, address);
  });
  const open = new Set<net.Socket>();
  tcp.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
    let held = Buffer.alloc(0);
    socket.on('data', (piece: Buffer) => {
      held = Buffer.concat([held, piece]);
      while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
        const length = held.readUInt16BE(0);
        const said = answer(held.subarray(2, 2 + length), 'tcp');
        held = held.subarray(2 + length);
        if (said === undefined) continue;
        const size = Buffer.alloc(2);
        size.writeUInt16BE(said.length);
        socket.write(Buffer.concat([size, said]));
      }
    });
  });
  await new Promise<void>((resolve) => tcp.listen(wanted, '127.0.0.1', resolve));
  const {port} = tcp.address() as AddressInfo;
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${port}`,
    asked,
    set: (kind, name, records) => zone.set(`${kind} ${name.toLowerCase()}`, records),
    close: async () => {
      udp.close();
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => tcp.close(() => resolve()));
    },
  };
}
