import { Icon } from './icons.tsx';
import { announcement, dismiss, notices } from './notices.ts';
import { texts } from './texts.ts';

/** Messages in the corner, and the place a screen reader listens to. */
export function Notices() {
  return (
    <>
      <div class="notices" role="status">
        {notices.value.map(({ id, text, bad }) => (
          <div class="notice" data-bad={bad} key={id}>
            <span>{text}</span>
            <button type="button" class="icon-button" aria-label={texts.close} onClick={() => dismiss(id)}><Icon name="close" size={16} /></button>
          </div>
        ))}
      </div>
      <Announcer />
    </>
  );
}

function Announcer() {
  return <div class="visually-hidden" aria-live="polite" aria-atomic="true">{announcement.value}</div>;
}
