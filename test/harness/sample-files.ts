/** The smallest files of their kinds: as much as is looked at. */
import { crc32, deflateSync } from 'node:zlib';

export const PDF = Buffer.from('%PDF-1.7\n1 0 obj<<>>endobj\n');

export function png(width = 1, height = 1): Buffer {
  const head = Buffer.from('89504e470d0a1a0a0000000d494844520000000000000000080600000000000000', 'hex');
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return head;
}

export function gif(width: number, height: number): Buffer {
  const head = Buffer.from('GIF89a\0\0\0\0\0\0\0', 'latin1');
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  return head;
}

/** `orientation` as cameras write it; 6 is upright only after a quarter turn. */
export function jpeg(width: number, height: number, orientation = 1): Buffer {
  const exif = Buffer.from('4578696600004d4d002a00000008000101120003000000010000000000000000', 'hex');
  exif.writeUInt16BE(orientation, 6 + 8 + 2 + 8);
  const app1 = Buffer.from('ffe10000', 'hex');
  app1.writeUInt16BE(exif.length + 2, 2);
  const frame = Buffer.from('ffc0001108000000000301220002110103110100', 'hex');
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  return Buffer.concat([Buffer.from('ffd8', 'hex'), app1, exif, frame]);
}

export function webpOf(chunk: 'VP8 ' | 'VP8L' | 'VP8X', width: number, height: number): Buffer {
  const body = Buffer.alloc(18);
  if (chunk === 'VP8 ') {
    body.writeUInt16LE(width, 6);
    body.writeUInt16LE(height, 8);
  } else if (chunk === 'VP8L') {
    body.writeUInt32LE(((height - 1) << 14) | (width - 1), 1);
  } else {
    body.writeUIntLE(width - 1, 4, 3);
    body.writeUIntLE(height - 1, 7, 3);
  }
  return Buffer.concat([Buffer.from(`RIFF\x1a\0\0\0WEBP${chunk}\x12\0\0\0`, 'latin1'), body]);
}

/** Of the family of MP4, by its major brand. */
export function mp4(brand: string): Buffer {
  return Buffer.concat([Buffer.from('00000018', 'hex'), Buffer.from(`ftyp${brand}\0\0\0\0mif1isom`, 'latin1')]);
}

/** An archive with these names; `content` is the first one's. */
export function zip(names: readonly string[], content = ''): Buffer {
  return Buffer.concat(names.map((name, index) => {
    const head = Buffer.alloc(30);
    head.write('PK\x03\x04', 0, 'latin1');
    head.writeUInt16LE(name.length, 26);
    return Buffer.concat([head, Buffer.from(name + (index === 0 ? content : ''))]);
  }));
}

export const docx = (part: string): Buffer => zip(['[Content_Types].xml', '_rels/.rels', part]);
export const jar = (): Buffer => zip(['META-INF/MANIFEST.MF', 'Main.class']);

/** A whole picture, in one colour. */
export function picture(width: number, height: number, [red, green, blue]: readonly [number, number, number] = [31, 95, 79]): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(body.length + 8);
    frame.writeUInt32BE(data.length);
    body.copy(frame, 4);
    frame.writeUInt32BE(crc32(body), body.length + 4);
    return frame;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const row = Buffer.concat([Buffer.alloc(1), Buffer.alloc(width * 3, Buffer.from([red, green, blue]))]);
  return Buffer.concat([png().subarray(0, 8), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))), chunk('IEND', Buffer.alloc(0))]);
}
