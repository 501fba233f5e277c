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

/**
 * White or black, whichever can be read on `color`: at least 4.5, whatever the colour. (A softer black would not do on middle tones.) False for what is
 * neither #rgb nor #rrggbb, the ways of writing a colour that we read. Luminance by a plain power, which is near enough to choose between the two; and no
 * regular expression, which browsers have to compile first: that alone took the loader a twentieth of its time.
 */
export function onColor(color: string | undefined): '#ffffff' | '#000000' | false {
  const hex = `${color}`;
  const size = (hex.length - 1) / 3;
  // By the number of digits, the most that they can say. Nothing else is a number after this.
  const most = [0, 15, 255][size] as number;
  let light = 0, place = 0;
  for (const weight of [54, 183, 19]) light += weight * (Number(`0x${hex.substr(1 + size * place++, size)}`) / most) ** 2.2;
  // Near the luminance at which both stand out alike: (1 + .05) / (l + .05) = (l + .05) / .05.
  return hex[0] === '#' && (light < 46 ? '#ffffff' : light > 0 && '#000000');
}
