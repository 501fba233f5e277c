import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contrast, onColor } from '../shared/color.ts';

const hex = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

it('knows contrast as WCAG defines it', () => {
  expect(contrast('#ffffff', '#000000')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.478, 3);
  expect(contrast('#1f5f4f', '#1f5f4f')).toBe(1);
});

it('takes white on dark colours and black on light ones', () => {
  expect(onColor('#1f5f4f')).toBe('#ffffff');
  expect(onColor('#000000')).toBe('#ffffff');
  expect(onColor('#FFD400')).toBe('#000000');
  expect(onColor('#ffffff')).toBe('#000000');
});

it.each(['', '#', '#1', '#12', '#1234', '#12345', '#1234567', '#12345678', '#ggg', '#12 456', '#-12', '1f5f4f', 'red#fff', '#fff#x', ' #fff', 'beige', 'rgb(1, 2, 3)', 'var(--brand)', null, undefined, 255, {}])('does not read %s', (color) => {
  expect(onColor(color as string)).toBe(false);
});

it('reads #rgb as #rrggbb', () => {
  for (let part = 0; part < 16; part += 1) {
    const short = `#${part.toString(16)}${(15 - part).toString(16)}8`;
    expect([short, onColor(short)]).toEqual([short, onColor(short.replaceAll(/\w/g, '$&$&'))]);
  }
});

it('text on any colour reaches WCAG AA', () => {
  fc.assert(fc.property(hex, (color) => {
    const [white, black] = [contrast(color, '#ffffff'), contrast(color, '#000000')];
    const chosen = onColor(color) === '#ffffff' ? white : black;
    expect(chosen).toBeGreaterThanOrEqual(4.5);
  }), { numRuns: 2_000 });
});
