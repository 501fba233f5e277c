/** How the panel looks and whether the team is there, where that takes more than a colour: dark, on a phone, in another corner, from right to left, by opening hours, and as the page wants it. */
import type { PanelSettings } from '../../shared/settings.ts';
import type { PageOptions } from '../bridge.ts';
import { adopt, drop } from '../kit.ts';
import type { ShownSettings } from '../panel-view.tsx';
import { watchAvailability } from './availability.tsx';
import corner from './corner.css';
import dark from './dark.css';
import phone from './phone.css';

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

/** Options of the launcher that the panel goes by as well. */
const PLACE = ['position', 'offsetX', 'offsetY'];

/** Those options of the page that are the panel's, each in the kind that it has to be: attributes of a script tag are texts. What cannot be read is left as it is stored. */
export function optionsFor(options: PageOptions, stored: PanelSettings): Partial<ShownSettings> {
  return Object.fromEntries(Object.entries(options).flatMap(([name, value]): Array<[string, unknown]> => {
    if (PLACE.includes(name)) return [[name, value]];
    if (!Object.hasOwn(stored, name)) return [];
    if (typeof stored[name as keyof PanelSettings] === 'string') return [[name, typeof value === 'string' ? value : JSON.stringify(value)]];
    if (typeof value !== 'string') return [[name, value]];
    try {
      return [[name, JSON.parse(value)]];
    } catch {
      return [];
    }
  }));
}
