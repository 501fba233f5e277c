// What the page's own button shows of the chat.
const button = document.querySelector('button.ask');
const count = button.querySelector('.count');
const there = document.querySelector('#there');

MiraDesk.on('open', () => button.setAttribute('aria-expanded', 'true'));
MiraDesk.on('close', () => button.setAttribute('aria-expanded', 'false'));
MiraDesk.on('unread', (unread) => {
  count.hidden = unread === 0;
  count.textContent = `${unread} new`;
});

function showAvailable({ available }) {
  there.textContent = available ? 'We are in the studio.' : 'We are out. Write anyway, and we answer when we are back.';
}
MiraDesk.on('ready', () => showAvailable(MiraDesk.getState()));
MiraDesk.on('availability', showAvailable);
