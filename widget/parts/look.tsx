/** How the panel looks and whether the team is there, where that takes more than a colour: dark, on a phone, in another corner, from right to left, by opening hours, and as the page wants it. */
import { adopt, drop } from '../kit.ts';
import type { ShownSettings } from '../panel-view.tsx';
import { watchAvailability } from './availability.tsx';
import corner from './corner.css';
import dark from './dark.css';
import phone from './phone.css';

export { optionsFor } from './page-options.ts';

/** Dresses the panel: what is wanted is put on, what is not is taken off. */
export function wear(wants: { dark: boolean; phone: boolean }): void {
  adopt(corner);
  (wants.dark ? adopt : drop)(dark);
  (wants.phone ? adopt : drop)(phone);
}

let stop = (): void => {};

/** Tells now and at every change whether the team is there; one set of hours at a time. */
export function watchHours(hours: ShownSettings['hours'], now: () => number, onChange: (available: boolean) => void): void {
  stop();
  stop = (): void => {};
  if (hours) stop = watchAvailability(hours, now, onChange);
  else onChange(true);
}
