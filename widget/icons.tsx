/** The panel's icons: one stroke each, drawn in the colour of the text around them. */
import type { JSX } from 'preact';

const PATHS = {
  down: 'M6 11l8 8 8-8',
  send: 'M14 22V7M7.5 13.5L14 7l6.5 6.5',
};

export function Icon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg viewBox="0 0 28 28" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
