/** What is on the page: the wait for the first answer, the way in, or the desk. */
import { useEffect, useMemo } from 'preact/hooks';
import { ConnectionBanner } from './connection-view.tsx';
import { ConversationPane } from './conversation.tsx';
import { DeskContext, openDesk } from './desk.ts';
import { InboxList } from './inbox-list.tsx';
import { Notices } from './notices-view.tsx';
import { followLink, route } from './routes.ts';
import { session, type SignedIn } from './session.ts';
import { SettingsPane } from './settings-pane.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { Sidebar } from './sidebar.tsx';
import { SignIn } from './sign-in.tsx';
import { texts } from './texts.ts';
import { Wordmark } from './wordmark.tsx';

export function App() {
  const now = session.value;
  const waiting = now.at !== 'signed-in';
  useEffect(() => {
    if (waiting) document.title = texts.title(0);
  }, [waiting]);

  if (now.at === 'checking') return <Checking unreachable={now.unreachable} />;
  if (now.at === 'signed-out') return <SignIn ended={now.ended} />;
  return <Workplace key={`${now.workspace.id}:${now.member.id}`} member={now.member} workspace={now.workspace} />;
}

function Checking({ unreachable }: { unreachable: boolean }) {
  return (
    <main class="checking">
      <Wordmark />
      <p role="status">{unreachable ? texts.signIn.checkingUnreachable : texts.signIn.checking}</p>
    </main>
  );
}

function Workplace({ member, workspace }: SignedIn) {
  const desk = useMemo(() => openDesk({ member, workspace }), []);
  useEffect(() => () => desk.dispose(), [desk]);
  const waiting = desk.inbox.waiting.value;
  useEffect(() => { document.title = texts.title(waiting); }, [waiting]);

  const at = route.value;
  const pane = at.at === 'inbox' ? (at.conversationId ? 'conversation' : 'list') : at.at;
  return (
    <DeskContext.Provider value={desk}>
      <div class="workplace" data-pane={pane}>
        {at.at === 'inbox' && at.conversationId ? <a class="skip" href="#conversation">{texts.nav.skip}</a> : null}
        <Sidebar />
        <ConnectionBanner />
        {at.at === 'inbox' ? (
          <main class="panes">
            <h1 class="visually-hidden">{texts.inbox}</h1>
            <InboxList view={at.view} openedId={at.conversationId} />
            <ConversationPane id={at.conversationId} view={at.view} />
          </main>
        ) : null}
        {at.at === 'settings' ? <SettingsPane /> : null}
        {at.at === 'unknown' ? <Unknown /> : null}
      </div>
      <Shortcuts />
      <Notices />
    </DeskContext.Provider>
  );
}

function Unknown() {
  return (
    <main class="empty-pane wide">
      <h1>{texts.unknown.heading}</h1>
      <p>{texts.unknown.text}</p>
      <a class="button" href="/console/" onClick={followLink({ at: 'inbox', view: 'unassigned', conversationId: null })}>{texts.unknown.link}</a>
    </main>
  );
}
