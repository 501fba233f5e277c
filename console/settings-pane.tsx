/** Loads the settings screen when somebody goes there; the inbox is quicker without it. */
import type { ComponentType } from 'preact';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { texts } from './texts.ts';

export function SettingsPane() {
  const screen = useSignal<{ Screen: ComponentType } | 'failed' | null>(null);
  const load = (): void => {
    screen.value = null;
    import('./settings-screen.tsx').then(({ SettingsScreen }) => { screen.value = { Screen: SettingsScreen }; }, () => { screen.value = 'failed'; });
  };
  useEffect(load, []);

  if (screen.value === 'failed') {
    return <main class="empty-pane wide"><p>{texts.settings.loadFailed}</p><button type="button" class="button" onClick={load}>{texts.tryAgain}</button></main>;
  }
  if (!screen.value) return <main class="empty-pane wide"><p class="muted" role="status">{texts.settings.loading}</p></main>;
  const { Screen } = screen.value;
  return <Screen />;
}
