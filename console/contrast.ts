/** What the settings say about a brand colour. */
import { contrast, onColor } from '../shared/color.ts';

export interface ColourNote {
  /** The colour the widget takes for text on it: white or black, whichever stands out more, or as good as that. */
  text: ReturnType<typeof onColor>;
  /** Contrast of that text. */
  ratio: number;
  /** Contrast against a white page, for finding the launcher; under 3 it is hard to spot. */
  onWhite: number;
}

/** What a site owner should know of a brand colour; null when it is not written as #rrggbb. */
export function colourNote(hex: string): ColourNote | null {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) return null;
  const text = onColor(hex);
  return { text, ratio: contrast(hex, text), onWhite: contrast(hex, '#ffffff') };
}
