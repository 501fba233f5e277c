/** The wordmark, the four views with their counts, the connection and the person's own menu. */
import type { InboxFilter } from '../shared/protocol.ts';
import { Avatar } from './avatar.tsx';
import { ConnectionDot } from './connection-view.tsx';
import { useDesk } from './desk.ts';
import { Icon, type IconName } from './icons.tsx';
import { notify } from './notices.ts';
import { Popover } from './popover.tsx';
import { addressOf, followLink, route, VIEWS } from './routes.ts';
import { signOut } from './session.ts';
import { openShortcuts } from './shortcuts.tsx';
import { texts } from './texts.ts';
import { Wordmark } from './wordmark.tsx';

const t = texts.nav;
const ICONS: Record<InboxFilter, IconName> = { unassigned: 'inbox', mine: 'person', all: 'people', closed: 'closed' };

export function Sidebar() {
  const { workspace } = useDesk();
  return (
    <header class="sidebar">
      <div class="sidebar-head">
        <Wordmark />
        <p class="sidebar-workspace" title={workspace.name}>{workspace.name}</p>
      </div>
      <nav aria-label={t.label}>
        <ul class="views">
          {VIEWS.map((view) => <ViewLink view={view} key={view} />)}
        </ul>
      </nav>
      <div class="sidebar-foot">
        <ConnectionDot />
        <Account />
      </div>
    </header>
  );
}

function ViewLink({ view }: { view: InboxFilter }) {
  const { inbox } = useDesk();
  const count = inbox.counts.value?.[view];
  const at = route.value;
  const to = { at: 'inbox', view, conversationId: null } as const;
  return (
    <li>
      <a href={addressOf(to)} onClick={followLink(to)} aria-current={at.at === 'inbox' && at.view === view ? 'page' : undefined}>
        <Icon name={ICONS[view]} />
        <span class="view-name">{t.views[view]}</span>
        {count === undefined ? null : (
          <span class="view-count" data-zero={count === 0}>
            <span aria-hidden="true">{count > 999 ? '999+' : count}</span>
            <span class="visually-hidden">{t.inView(count)}</span>
          </span>
        )}
      </a>
    </li>
  );
}

async function leave(): Promise<void> {
  if (!(await signOut())) notify(t.signOutFailed, { bad: true });
}

function Account() {
  const { member } = useDesk();
  return (
    <Popover
      class="account-button" place="above-start" panelLabel={`${t.account} ${member.name}`}
      button={<><Avatar id={member.id} name={member.name} size="s" /><span class="visually-hidden">{t.account} </span><span class="account-name">{member.name}</span></>}
    >
      {(close) => (
        <>
          <div class="popover-person">
            <strong>{member.name}</strong>
            <span class="muted">{member.email}</span>
            <span class="muted">{t.roles[member.role] ?? member.role}</span>
          </div>
          <a class="menu-item" href="/console/settings" onClick={(event) => { followLink({ at: 'settings' })(event); close(); }}><Icon name="settings" />{t.settings}</a>
          <button type="button" class="menu-item" onClick={() => { close(); openShortcuts(); }}><Icon name="keyboard" />{t.shortcuts}</button>
          <button type="button" class="menu-item" onClick={() => void leave()}><Icon name="leave" />{t.signOut}</button>
        </>
      )}
    </Popover>
  );
}
