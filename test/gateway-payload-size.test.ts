import { assert, jsonValue, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { payloadBytes } from '../gateway/payload-size.ts';

describe('the size of a payload', () => {
  it('is the bytes of its JSON in UTF-8', () => {
    assert(property(jsonValue({ maxDepth: 5 }), (value) => {
      // JSON writes -0 as 0; a parser of JSON never makes one out of anything but "-0".
      expect(payloadBytes(value, Number.POSITIVE_INFINITY)).toBe(Buffer.byteLength(JSON.stringify(value)));
    }));
  });

  it('counts attachments by their bytes', () => {
    expect(payloadBytes({ a: Buffer.alloc(100) }, 1_000)).toBe('{"a":}'.length + 100);
  });

  it('is over the limit as soon as it surely is, however deep or wide', () => {
    const deep = JSON.parse(`${'['.repeat(300_000)}${']'.repeat(300_000)}`) as unknown;
    expect(payloadBytes(deep, 1_000)).toBeGreaterThan(1_000);
    expect(payloadBytes('x'.repeat(1_001), 1_000)).toBeGreaterThan(1_000);
    expect(payloadBytes(Array.from({ length: 1_000 }, () => 1), 1_000)).toBeGreaterThan(1_000);
    expect(payloadBytes({ ['k'.repeat(1_000)]: 1 }, 1_000)).toBeGreaterThan(1_000);
  });
});
