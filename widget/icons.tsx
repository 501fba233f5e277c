/** The panel's icons: one stroke each, drawn in the colour of the text around them. */
import type { JSX } from 'preact';

const PATHS = {
  back: 'M17 6l-8 8 8 8',
  down: 'M6 11l8 8 8-8',
  more: 'M6.5 14h1M13.5 14h1M20.5 14h1',
  send: 'M14 22V7M7.5 13.5L14 7l6.5 6.5',
  attach: 'M22 13l-8 8a5 5 0 0 1-7-7l8-8a3 3 0 0 1 5 5l-8 8',
  smile: 'M14 4a10 10 0 1 0 .1 0M10 12v.1M18 12v.1M10 17q4 4 8 0',
};

export function Icon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg viewBox="0 0 28 28">
      <path d={PATHS[name]} />
    </svg>
  );
}
