/** The panel's inside: head, connection, log, composer. */
import type { JSX } from 'preact';
import type { WidgetSettings } from '../shared/settings.ts';
import { Banner } from './banner.tsx';
import { Composer, type ComposerProps } from './composer.tsx';
import { Icon } from './icons.tsx';
import { Log, type LogProps } from './log.tsx';
import type { Messenger } from './messenger.ts';
import { panelTexts as texts } from './texts.ts';

interface ConversationViewProps extends LogProps, ComposerProps {
  settings: WidgetSettings;
  offline: boolean;
  messenger: Messenger;
  onClose(): void;
}

export function ConversationView(props: ConversationViewProps): JSX.Element {
  const { settings, state, onClose } = props;
  const empty = !state.loading && state.entries.length + state.waiting.length === 0;
  return (
    <>
      <div class={`head ${empty ? 'wide' : ''}`}>
        <span class="face" aria-hidden="true">{Array.from(settings.teamName)[0]?.toUpperCase()}</span>
        <div class="team">
          <h2 dir="auto">{settings.teamName}</h2>
          <p dir="auto">{settings.replyTime}</p>
        </div>
        <button type="button" class="close" aria-label={texts.close} onClick={onClose}>
          <Icon name="down" />
        </button>
        {empty && settings.greeting && <p class="greeting" dir="auto">{settings.greeting}</p>}
      </div>
      <Banner {...props} />
      <Log {...props} />
      <Composer {...props} />
    </>
  );
}
