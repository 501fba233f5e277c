/** The launcher's icons as paths of SVG: filled shapes in a square of 28. The gateway puts the chosen one into the loader. */
import type { LauncherIcon } from './settings.ts';

export const LAUNCHER_ICONS: Record<LauncherIcon, string> = {
  chat: 'M4 9h20v2H4zm0 8h14v2H4z',
  bubble: 'M4 5h20v15H12l-5 5v-5H4zm2 2v11h16V7z',
  help: 'M9 10a5 5 0 116 5v3h-2v-5h1a3 3 0 10-3-3zm4 11h2v2h-2z',
  mail: 'M3 6h22v16H3zm2 4v10h18V10l-9 7zm1-2l8 6 8-6z',
};
