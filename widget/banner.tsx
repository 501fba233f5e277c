/** The true state of the connection (rule D7), where it is not simply there. */
import type { JSX } from 'preact';
import type { Messenger, MessengerState } from './messenger.ts';
import { t } from './texts.ts';

interface BannerProps {
  state: Pick<MessengerState, 'connection' | 'wasOnline'>;
  /** The browser itself says that it has no network. */
  offline: boolean;
  messenger: Pick<Messenger, 'wake'>;
}

export function Banner({ state: { connection, wasOnline }, offline, messenger }: BannerProps): JSX.Element {
  const { name } = connection;
  let text = '';
  if (name === 'refused') text = connection.error.code === 'origin_not_allowed' || connection.error.code === 'not_found' ? t('refused') : connection.error.message;
  else if (name !== 'online' && name !== 'idle') text = t(offline ? 'offline' : wasOnline || name === 'waiting' ? 'reconnecting' : 'connecting');
  // Always there, so that screen readers hear its text change.
  return (
    <div class={`banner ${name === 'refused' ? 'bad' : ''}`} role="status" data-connection={name}>
      {text && (
        <p>
          {text}
          {name === 'waiting' && !offline && (
            <button class="plain" onClick={messenger.wake}>
              {t('tryNow')}
            </button>
          )}
        </p>
      )}
    </div>
  );
}
