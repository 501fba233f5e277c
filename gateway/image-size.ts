/** How large a picture is, from the first bytes of its file: nothing is decoded. */

export interface ImageSize { width: number; height: number }

/** In pixels, as browsers show it. Empty where it cannot be told. */
export function imageSize(type: string, head: Buffer): ImageSize | Record<string, never> {
  try {
    const size = READERS[type]?.(head);
    return size && isPossible(size.width) && isPossible(size.height) ? size : {};
  } catch {
    // The file ends where the figures should be.
    return {};
  }
}

/** More than this no format allows, and no database column holds. */
const SIDE_MAX = 2 ** 31 - 1;

function isPossible(side: number): boolean {
  return side > 0 && side <= SIDE_MAX;
}

const READERS: Record<string, (head: Buffer) => ImageSize | null> = {
  'image/png': (head) => ({ width: head.readUInt32BE(16), height: head.readUInt32BE(20) }),
  'image/gif': (head) => ({ width: head.readUInt16LE(6), height: head.readUInt16LE(8) }),
  'image/webp': webpSize,
  'image/jpeg': jpegSize,
};

function webpSize(head: Buffer): ImageSize | null {
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    default:
      return null;
  }
}

/** Goes from segment to segment to the one that begins the picture. On the way the camera may have said that it lies on its side. */
function jpegSize(head: Buffer): ImageSize | null {
  let onItsSide = false;
  for (let at = 2; head.readUInt8(at) === 0xff;) {
    const marker = head.readUInt8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    // SOF0 to SOF15 without DHT, JPG and DAC, which are among them.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const [height, width] = [head.readUInt16BE(at + 5), head.readUInt16BE(at + 7)];
      return onItsSide ? { width: height, height: width } : { width, height };
    }
    const length = head.readUInt16BE(at + 2);
    if (marker === 0xe1) onItsSide ||= isOnItsSide(head.subarray(at + 4, at + 2 + length));
    at += 2 + length;
  }
  return null;
}

const ORIENTATION = 0x0112;

function isOnItsSide(exif: Buffer): boolean {
  if (exif.toString('latin1', 0, 6) !== 'Exif\0\0') return false;
  const tiff = exif.subarray(6);
  const little = tiff.toString('latin1', 0, 2) === 'II';
  const short = (at: number): number => (at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const long = (at: number): number => (at + 4 > tiff.length ? 0 : little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = long(4);
  for (let index = 0, count = short(directory); index < count; index += 1) {
    const at = directory + 2 + index * 12;
    if (at + 12 > tiff.length) return false;
    if (short(at) === ORIENTATION) return short(at + 8) >= 5 && short(at + 8) <= 8;
  }
  return false;
}
