/** Contrast of colours by WCAG 2, so that text can be read on any brand colour a site owner picks. Colours are written #rrggbb. */

/** Relative luminance, 0 to 1. */
function luminance(color: string): number {
  return [0.2126, 0.7152, 0.0722].reduce((sum, weight, index) => {
    const part = parseInt(color.slice(1 + 2 * index, 3 + 2 * index), 16) / 255;
    return sum + weight * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  }, 0);
}

/** How well one colour stands out from the other, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** The three parts of #rgb or #rrggbb: the ways of writing a colour that we read, here and in the loader. */
export const HEX_COLOR = /^#(..?)(..?)(..?)$/;

/**
 * White or black, whichever can be read on `color`: at least 4.5, whatever the colour. (A softer black would not do on middle tones.) Luminance by a plain
 * power, which is near enough to choose between the two, and weighs less in the loader.
 */
export function onColor(color: string): '#ffffff' | '#000000' {
  const [, red, green, blue] = (HEX_COLOR.exec(color) as string[]).map((part) => (parseInt(part, 16) / (part[1] ? 255 : 15)) ** 2.2) as [number, number, number, number];
  const light = 54 * red + 183 * green + 19 * blue;
  // Near the luminance at which both stand out alike: (1 + .05) / (l + .05) = (l + .05) / .05.
  return light < 46 ? '#ffffff' : '#000000';
}
