/** What a page says for itself over what the workspace says, as far as the launcher needs it. The panel reads its own part in parts/look.tsx. */
import type { LoaderSettings } from '../shared/settings.ts';
import { onColor } from '../shared/color.ts';
import type { PageOptions } from './bridge.ts';

/** The launcher's settings with the page's options over them. What is null, undefined or nothing that can be used is as the workspace says. */
export function readOptions(options: PageOptions, stored: LoaderSettings): LoaderSettings {
  const settings: Record<string, unknown> = { ...stored };
  for (const name in options) {
    // A number has toFixed. An attribute of a script tag is a text, and many a page writes 20px.
    const value: unknown = (settings[name] as number)?.toFixed ? parseInt(options[name as 'color'] as string) : options[name as 'color'] ?? settings[name];
    // NaN is nothing, not even itself.
    if (value === value) settings[name] = value;
  }
  if (!onColor(settings.color as string | undefined)) settings.color = stored.color;
  return settings as unknown as LoaderSettings;
}
