/**
 * Bytes of a payload as JSON in UTF-8, without writing it. Iterative, because what clients send can be nested deeper
 * than the stack, and stops as soon as the limit is passed. A binary attachment counts its bytes.
 * Answers some number over `limit` when the payload is over it.
 */
export function payloadBytes(payload: unknown, limit: number): number {
  let bytes = 0;
  const waiting: unknown[] = [payload];
  while (waiting.length > 0 && bytes <= limit) {
    const value = waiting.pop();
    if (typeof value === 'string') bytes += stringBytes(value, limit);
    else if (value instanceof Uint8Array) bytes += value.byteLength;
    else if (Array.isArray(value)) {
      bytes += 1 + Math.max(1, value.length); // brackets and commas
      if (bytes <= limit) for (const item of value) waiting.push(item);
    } else if (typeof value === 'object' && value !== null) {
      const before = bytes;
      for (const key in value) {
        bytes += stringBytes(key, limit) + 2; // its colon, and a comma or brace
        waiting.push((value as Record<string, unknown>)[key]);
        if (bytes > limit) break;
      }
      bytes += bytes === before ? 2 : 1;
    } else bytes += String(value).length;
  }
  return bytes;
}

function stringBytes(text: string, limit: number): number {
  return text.length > limit ? limit + 1 : Buffer.byteLength(JSON.stringify(text));
}
