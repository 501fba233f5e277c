// Tells the chat who is signed in. The server put what it signed into the page; without that server there is only what the page says itself.
const account = document.querySelector('#chat-identity');

MiraDesk.identify(account ? JSON.parse(account.textContent) : { name: 'Margit', email: 'margit@kettle.example' });

// A token lives for minutes. Whoever stays longer gets a fresh one, if they are still signed in.
MiraDesk.on('error', async ({ code }) => {
  if (!account || code !== 'identity_expired') return;
  const response = await fetch('chat-identity');
  if (response.ok) MiraDesk.identify(await response.json());
});

document.querySelector('#sign-out')?.addEventListener('click', () => {
  MiraDesk.logout();
  location.href = 'sign-out';
});
