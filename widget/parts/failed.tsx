/** A message that the gateway will not have: why, and what can be done about it (rule D7). */
import { adopt, Component, locale, newName, t } from '../kit.ts';
import type { Messenger } from '../messenger.ts';
import type { MessageRow } from '../rows.ts';
import css from './failed.css';

interface FailedProps {
  row: MessageRow;
  messenger: Pick<Messenger, 'room' | 'sending'>;
}

export default class Failed extends Component<FailedProps> {
  override componentDidMount(): void {
    adopt(css);
  }

  override render({ row: { clientId = '', error }, messenger }: FailedProps) {
    return (
      <>
        <span>{t('failed')}. {error?.code === 'not_found' ? t('gone') : locale === 'en' && error?.message}</span>
        <button type="button" class="plain" onClick={() => void retry(messenger, clientId)}>{t('retry')}</button>
        <button type="button" class="plain" onClick={() => void discard(messenger, clientId)}>{t('discard')}</button>
      </>
    );
  }
}

/** Sends it once more, under its old name, in its old place. */
export async function retry({ room, sending }: FailedProps['messenger'], clientId: string): Promise<void> {
  const failed = (await room.all()).find((item) => item.clientId === clientId);
  if (!failed) return;
  const { error, ...item } = failed;
  // Where its conversation is gone, the words are not. They go where a new message would go.
  await room.update(error?.code === 'not_found' ? { ...item, payload: { ...item.payload, to: newName(), visitorId: undefined } } : item);
  await sending.refresh();
}

/** Takes it back. */
export async function discard({ room, sending }: FailedProps['messenger'], clientId: string): Promise<void> {
  await room.remove(clientId);
  await sending.refresh();
}
