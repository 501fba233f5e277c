/** The name of the house, drawn: a speech bubble whose words are an M. */
import { texts } from './texts.ts';

export function Wordmark({ small = false }: { small?: boolean }) {
  return (
    <span class="wordmark" role="img" aria-label={texts.product}>
      <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <path class="wordmark-bubble" d="M6 3h20a4 4 0 0 1 4 4v14a4 4 0 0 1-4 4H14l-8 5v-5a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4Z" />
        <path class="wordmark-m" d="M9 19V10l7 6 7-6v9" fill="none" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round" />
      </svg>
      {small ? null : <span class="wordmark-text" aria-hidden="true">Mira<b>Desk</b></span>}
    </span>
  );
}
