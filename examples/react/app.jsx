// A React app with the chat: the npm entry in one component, and calls of it wherever they are needed.
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { boot, destroy, on, open, setAttributes } from 'miradesk';

/** The chat is on the page as long as this is. */
function Chat({ workspace, gateway, color }) {
  useEffect(() => {
    boot({ workspace, gateway, color });
    return destroy;
  }, [workspace, gateway, color]);
  return null;
}

/** How many messages are unread. */
function useUnread() {
  const [unread, setUnread] = useState(0);
  useEffect(() => on('unread', setUnread), []);
  return unread;
}

function Shop() {
  const [chat, setChat] = useState(true);
  const [mugs, setMugs] = useState(0);
  const unread = useUnread();
  useEffect(() => {
    if (mugs > 0) setAttributes({ mugs_in_cart: mugs });
  }, [mugs]);
  return (
    <>
      {chat && <Chat workspace={document.documentElement.dataset.workspace} gateway={location.origin} color="#a8502f" />}
      <div className="card">
        <p>{mugs === 0 ? 'Your cart is empty.' : `${mugs} ${mugs === 1 ? 'mug' : 'mugs'} in your cart.`}</p>
        <p className="row">
          <button className="button" type="button" onClick={() => setMugs(mugs + 1)}>Add a mug</button>
          <button className="button quiet" type="button" onClick={() => open()}>{unread ? `Ask us (${unread} new)` : 'Ask us'}</button>
        </p>
        <label><input type="checkbox" checked={chat} onChange={(event) => setChat(event.target.checked)} /> With chat</label>
      </div>
    </>
  );
}

createRoot(document.querySelector('#app')).render(<StrictMode><Shop /></StrictMode>);
