/**
 * What a site owner can set about the widget: the one list of options, with one default each.
 * The gateway stores them per workspace and puts them into the loader; all of it is public.
 */
import { z } from 'zod';
import { SETTINGS_MAX } from './limits.ts';
import { isStorable } from './text.ts';

const words = z.string().refine(isStorable).trim();

export const WidgetSettings = z.object({
  /** The team's name in the panel's head. */
  teamName: words.min(1).max(SETTINGS_MAX.teamName).default('Support'),
  /** The first words in an empty conversation. */
  greeting: words.max(SETTINGS_MAX.greeting).default('Hi! How can we help?'),
  /** What to expect, under the team's name. */
  replyTime: words.max(SETTINGS_MAX.replyTime).default('We usually reply in a few minutes'),
  /** Brand colour, as #rrggbb. Text on it is chosen for contrast. */
  color: z.string().regex(/^#[0-9a-f]{6}$/i).default('#1f5f4f'),
  /** Corner of the window. */
  position: z.enum(['right', 'left']).default('right'),
});
export type WidgetSettings = z.infer<typeof WidgetSettings>;

/** What the loader is given: the settings and where it belongs. */
export interface LoaderSettings extends WidgetSettings {
  workspace: string;
  /** Origin of the gateway, where the socket goes; empty: the loader's own origin. */
  gateway: string;
  /** Address of the panel's module, relative to the loader's own. */
  panel: string;
}
