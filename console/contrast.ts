/** What the settings say about a brand colour. */
import { contrast, onColor } from '../shared/color.ts';

export interface ColourNote {
  /** The colour the widget takes for text on it: white or black, whichever stands out more, or as good as that. */
  text: '#ffffff' | '#000000';
  /** Contrast of that text. */
  ratio: number;
  /** Contrast against a white page, for finding the launcher; under 3 it is hard to spot. */
  onWhite: number;
}

/** What a site owner should know of a brand colour; null when it is not written as #rrggbb. */
export function colourNote(hex: string): ColourNote | null {
  const text = hex.length === 7 && onColor(hex);
  return text ? { text, ratio: contrast(hex, text), onWhite: contrast(hex, '#ffffff') } : null;
}
