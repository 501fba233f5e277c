// A small app of its own: three views, the History API, and a chat that does not mind.
const home = new URL('./', document.currentScript.src);
const view = document.querySelector('#view');

const VIEWS = {
  '': { title: 'Shelf', text: 'Six mugs, two teapots and a vase are on the shelf today.', chat: true },
  teas: { title: 'Teas', text: 'First flush, smoked pine, and a rooibos that forgives everything.', chat: true },
  workshop: { title: 'Workshop', text: 'Hands are wet here, and nobody looks at a screen.', chat: false },
};

function show() {
  const { title, text, chat } = VIEWS[location.pathname.slice(home.pathname.length)] ?? VIEWS[''];
  document.title = `${title} · Kettle & Kiln`;
  const heading = Object.assign(document.createElement('h2'), { textContent: title });
  view.replaceChildren(heading, Object.assign(document.createElement('p'), { textContent: text }));
  // Both may be called again and again: what is so already stays so.
  if (chat) MiraDesk.boot();
  else MiraDesk.destroy();
}

document.querySelector('nav').addEventListener('click', (event) => {
  const link = event.target.closest('a');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, '', new URL(link.getAttribute('href'), home));
  show();
});
addEventListener('popstate', show);
show();
