/** The launcher's icons as paths of SVG: strokes in a square of 28. The gateway puts the chosen one into the loader. */
import type { LauncherIcon } from './settings.ts';

export const LAUNCHER_ICONS: Record<LauncherIcon, string> = {
  chat: 'M5 10.5h18M5 18h12',
  bubble: 'M14 5a9 9 0 0 0-7 14l-2 5 5-2a9 9 0 1 0 4-17z',
  help: 'M10 10a4 4 0 1 1 4 5v2m0 5v.1',
  mail: 'M4 7h20v14H4zl10 8 10-8',
};
