import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { colourNote } from '../console/contrast.ts';
import { anonymousName, initialsOf, toneOf, TONES, visitorName } from '../console/names.ts';
import { reconnectDelay } from '../console/reconnect-delay.ts';
import { shortAddress } from '../console/short-address.ts';
import { texts, waitingTime } from '../console/texts.ts';
import { clockTime, dayKey, dayLabel, fullDate, timeAgo } from '../console/times.ts';
import { contrast } from '../shared/color.ts';

describe('names', () => {
  it('are a visitor’s own, else their address, else two words from the id', () => {
    expect(visitorName({ id: 'x', name: ' Mia ', email: 'mia@example.com' })).toBe('Mia');
    expect(visitorName({ id: 'x', name: ' ', email: 'mia@example.com' })).toBe('mia@example.com');
    expect(visitorName({ id: 'x', name: null, email: null })).toBe(anonymousName('x'));
  });

  it('of anonymous visitors are the same every time, two words, and seldom shared', () => {
    const names = Array.from({ length: 200 }, (_, index) => anonymousName(`visitor-${index}`));
    expect(names).toEqual(Array.from({ length: 200 }, (_, index) => anonymousName(`visitor-${index}`)));
    for (const name of names) expect(name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
    expect(new Set(names).size).toBeGreaterThan(185);
  });

  it('have initials, whatever they are written with', () => {
    expect(['Ana Lindqvist', 'mia', 'Jan van der Berg', '李小龙', '🦊 fox', ' '].map(initialsOf)).toEqual(['AL', 'M', 'JB', '李', '🦊F', '?']);
  });

  it('have a colour the stylesheet knows', () => {
    for (let index = 0; index < 50; index += 1) expect(toneOf(`v${index}`)).toBeLessThan(TONES);
  });
});

describe('times', () => {
  const style = { locale: 'en-GB', timeZone: 'Europe/Berlin' };
  const now = Date.parse('2026-03-12T12:00:00.000Z');
  const before = (ms: number): string => new Date(now - ms).toISOString();
  const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

  it('are short in the list', () => {
    expect([0, 59_000, minute, 59 * minute, hour, 23 * hour, day, 6 * day, 8 * day, 400 * day].map((ms) => timeAgo(before(ms), now, style)))
      .toEqual(['now', 'now', '1 min', '59 min', '1 h', '23 h', '1 d', '6 d', '4 Mar', '5 Feb 2025']);
  });

  it('are now for what seems to come from the future', () => {
    expect(timeAgo(new Date(now + hour).toISOString(), now, style)).toBe('now');
  });

  it('part the days where the reader is', () => {
    expect(dayKey('2026-03-11T22:59:00.000Z', style)).not.toBe(dayKey('2026-03-11T23:01:00.000Z', style));
    expect(dayKey('2026-03-11T22:59:00.000Z', { ...style, timeZone: 'UTC' })).toBe(dayKey('2026-03-11T23:01:00.000Z', { ...style, timeZone: 'UTC' }));
  });

  it('name the days as people do', () => {
    expect([0, day, 3 * day, 30 * day, 400 * day].map((ms) => dayLabel(before(ms), now, style))).toEqual(['Today', 'Yesterday', 'Monday', '10 February', '5 February 2025']);
  });

  it('are whole where somebody asks for the whole', () => {
    expect(clockTime('2026-03-12T12:05:00.000Z', style)).toBe('13:05');
    expect(clockTime('2026-03-12T12:05:00.000Z', { ...style, locale: 'en-US' })).toMatch(/^1:05\sPM$/);
    expect(fullDate('2026-03-12T12:05:00.000Z', style)).toMatch(/^Thursday,? 12 March 2026 at 13:05$/);
  });

  it('of waiting are said in words', () => {
    expect([1, 999, 1_000, 42_000, 120_000, 3_600_000].map(waitingTime)).toEqual(['1 second', '1 second', '1 second', '42 seconds', '2 minutes', '60 minutes']);
    expect(texts.title(0)).toBe('MiraDesk');
    expect(texts.title(3)).toBe('(3) MiraDesk');
  });
});

describe('addresses', () => {
  it('are short where they are only shown', () => {
    expect(['https://www.example.org/', 'https://example.org/a/b?c=d', 'javascript:alert(1)', 'no address', 'https://example.org/%E0%A4%A'].map(shortAddress))
      .toEqual(['example.org', 'example.org/a/b', 'javascript:alert(1)', 'no address', 'https://example.org/%E0%A4%A']);
  });
});

describe('colours', () => {
  it('are told with a colour for text that can be read on them, and is the better of the two, or as good as that', () => {
    const hexOf = (red: number, green: number, blue: number): string => `#${((red << 16) | (green << 8) | blue).toString(16).padStart(6, '0')}`;
    // Where both stand out alike the choice is an estimate, which may cost so much.
    const ESTIMATE = 0.16;
    const wrong: string[] = [];
    function look(hex: string): void {
      const note = colourNote(hex);
      const [white, black] = [contrast(hex, '#ffffff'), contrast(hex, '#000000')];
      const sound = note?.ratio === (note?.text === '#ffffff' ? white : black) && note.ratio >= 4.5 && note.ratio >= Math.max(white, black) - ESTIMATE;
      if (!sound) wrong.push(`${hex} ${JSON.stringify(note)}`);
    }
    // All sixteen million: the more blue, the lighter, so for each red and green the worst are the last that takes white and the first that takes black.
    for (let red = 0; red < 256; red += 1) {
      for (let green = 0; green < 256; green += 1) {
        let [dark, light] = [-1, 256];
        while (light - dark > 1) {
          const middle = (dark + light) >> 1;
          if (colourNote(hexOf(red, green, middle))?.text === '#ffffff') dark = middle;
          else light = middle;
        }
        if (dark >= 0) look(hexOf(red, green, dark));
        if (light < 256) look(hexOf(red, green, light));
      }
    }
    expect(wrong).toEqual([]);
  });

  it('are written as #rrggbb', () => {
    expect(['#fff', 'red', '#12345g', ''].map(colourNote)).toEqual([null, null, null, null]);
  });
});

describe('waiting before connecting again', () => {
  it('grows, has an end, and is spread', () => {
    expect([0, 1, 2, 3, 10].map((attempt) => reconnectDelay(attempt, 1))).toEqual([500, 1_000, 2_000, 4_000, 15_000]);
    expect(reconnectDelay(3, 0)).toBe(2_000);
    expect(reconnectDelay(1_000, 1)).toBe(15_000);
  });

  it('is never shorter than the gateway asked', () => {
    fc.assert(fc.property(fc.nat(50), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(60_000), (attempt, random, asked) => {
      expect(reconnectDelay(attempt, random, asked)).toBeGreaterThanOrEqual(asked);
    }));
  });
});
