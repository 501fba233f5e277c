import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkPieces, safeHref } from '../shared/links.ts';

const linksIn = (text: string): string[] => linkPieces(text).flatMap(({ href }) => href ?? []);

describe('linkPieces', () => {
  it.each([
    ['see https://kettle.example/pots.', 'https://kettle.example/pots'],
    ['(https://kettle.example/pots)', 'https://kettle.example/pots'],
    ['https://en.example/wiki/Tea_(drink)', 'https://en.example/wiki/Tea_(drink)'],
    ['“https://kettle.example/?q=a&b=c#d”, yes', 'https://kettle.example/?q=a&b=c#d'],
    ['HTTP://KETTLE.EXAMPLE/A', 'http://kettle.example/A'],
    ['write to mailto:ana@kettle.example!', 'mailto:ana@kettle.example'],
    ['http://localhost:3000/x?', 'http://localhost:3000/x'],
    ['or http://example.com/x_(y)).', 'http://example.com/x_(y)'],
    ['Also www.example.net!', 'https://www.example.net/'],
    ['https://kettle.example/ünder/道', 'https://kettle.example/%C3%BCnder/%E9%81%93'],
  ])('finds the address in %j', (text, href) => {
    expect(linksIn(text)).toEqual([href]);
  });

  it.each([
    'javascript:alert(1)', 'JAVASCRIPT://%0aalert(1)', 'data:text/html,<script>alert(1)</script>', 'vbscript:x', 'file:///etc/passwd',
    'https://', 'http:// nothing', 'https://kettle.example:99999/', 'https://bank.example@evil.example/', 'https://user:word@evil.example/', 'xhttps://kettle.example/', 'just text',
  ])('makes no link of %j', (text) => {
    expect(linksIn(text)).toEqual([]);
  });

  it('ends an address where an invisible mark could turn it around', () => {
    expect(linksIn('https://kettle.example/\u202egpj.exe')).toEqual(['https://kettle.example/']);
  });

  it('loses and adds nothing, and links to nothing but http, https and mailto', () => {
    const bits = fc.constantFrom('https://', 'http://a.example', 'mailto:a@b.example', 'javascript:', ' ', '(', ')', '.', '\n', 'x', '🙂', '"', '&', '@', '/');
    fc.assert(fc.property(fc.array(fc.oneof(bits, fc.string({ maxLength: 4 })), { maxLength: 12 }).map((parts) => parts.join('')), (text) => {
      const pieces = linkPieces(text);
      expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      for (const { href } of pieces) if (href) expect(href).toMatch(/^(https?:\/\/[^/@]+\/|mailto:)/);
    }));
  });

  it('takes time in proportion to the text: a quadratic search would outlast the test\'s own limit', () => {
    expect(linkPieces(`https://example.org/${')'.repeat(1_000_000)}`)).toHaveLength(2);
    expect(linkPieces('https://'.repeat(100_000)).map(({ text }) => text).join('')).toHaveLength(800_000);
  });
});

it('safeHref lets through what may be followed', () => {
  expect(['javascript:alert(1)', ' https://example.org', 'https:example.org', 'nothing', 'https://a:b@c.org'].map(safeHref)).toEqual([undefined, 'https://example.org/', 'https://example.org/', undefined, undefined]);
});
