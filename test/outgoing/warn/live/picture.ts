/** Pictures of a virtual screen: read as Xvfb stores them (xwd, 32 bits a pixel), cut, and written as PNG. */
import fs from 'node:fs';
import {deflateSync} from 'node:zlib';

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Red, green and blue, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Buffer;
}

/** Reads a part of the screen. The format (XWDFile.h): 32-bit numbers as header, colours of 12 bytes, the pixels. */
export function screenPicture(path: string, {x, y, width, height}: Place): Picture {
  const file = fs.readFileSync(path);
  const [headerSize, lineSize, colours] = [0, 12, 19].map((at) => file.readUInt32BE(at * 4));
  const pixels = Buffer.alloc(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = headerSize! + colours! * 12 + (y + row) * lineSize! + (x + column) * 4;
      const [blue, green, red] = file.subarray(from, from + 3);
      pixels.set([red!, green!, blue!], (row * width + column) * 3);
    }
  }
  return {width, height, pixels};
}

/** Whether the pixel is as dark as a letter. */
const isInk = ({pixels, width}: Picture, x: number, y: number): boolean => {
  const at = (y * width + x) * 3;
  return pixels[at]! + pixels[at + 1]! + pixels[at + 2]! < 330;
};

/** The rim that is left out because of its round corners. Pixels. */
const rim = 16;
/** Least gap between two buttons. Pixels: gaps between words are smaller. */
const leastGap = 14;

/** The middles of the texts in the lowest line, from the left: the buttons of a notification. */
export function lowestTexts(picture: Picture): {readonly x: number; readonly y: number}[] {
  const {width, height} = picture;
  const columns = Array.from({length: width - 2 * rim}, (_, at) => at + rim);
  const hasInk = (y: number): boolean => columns.some((x) => isInk(picture, x, y));
  let bottom = height - rim;
  while (bottom > 0 && !hasInk(bottom)) bottom -= 1;
  let top = bottom;
  while (top > 0 && hasInk(top)) top -= 1;
  const rows = Array.from({length: bottom - top}, (_, at) => top + 1 + at);
  const inked = columns.filter((x) => rows.some((y) => isInk(picture, x, y)));
  const pieces: number[][] = [];
  for (const x of inked) {
    const last = pieces.at(-1);
    if (last !== undefined && x - last.at(-1)! < leastGap) last.push(x);
    else pieces.push([x]);
  }
  const y = Math.round((top + bottom) / 2);
  return pieces.map((xs) => ({x: Math.round((xs[0]! + xs.at(-1)!) / 2), y}));
}

/** Writes PNG with 8 bits a colour and no filter (w3.org/TR/png). */
export function pngOf({width, height, pixels}: Picture): Buffer {
  const lines = Array.from({length: height}, (_, row) =>
    Buffer.concat([Buffer.of(0), pixels.subarray(row * width * 3, (row + 1) * width * 3)]),
  );
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(lines), {level: 9})),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(checksum(body));
  return Buffer.concat([size, body, sum]);
}

/** CRC-32 as PNG defines it. Node has no function for it before 20.15. */
function checksum(data: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of data) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return ~sum >>> 0;
}
