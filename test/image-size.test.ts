/** What a picture's file says of its size is anybody's word; it is passed on where it can be one. (Real pictures: gateway-files.test.ts.) */
import { expect, it } from 'vitest';
import { imageSize } from '../gateway/image-size.ts';
import { png } from './harness/sample-files.ts';

it.each([[100_000, 2 ** 31 - 1, true], [2 ** 31, 5, false], [5, 2 ** 32 - 1, false], [0, 5, false], [5, 0, false]])('of %d by %d pixels: %s', (width, height, possible) => {
  expect(imageSize('image/png', png(width, height))).toEqual(possible ? { width, height } : {});
});

it('is nothing where the file ends too early', () => {
  for (const type of ['image/png', 'image/gif', 'image/webp', 'image/jpeg']) expect(imageSize(type, png(2, 2).subarray(0, 10))).toEqual({});
});
