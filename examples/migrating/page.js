// As it was on the page for Intercom.
const when = (id, does) => document.querySelector(`#${id}`).addEventListener('click', does);

when('show', () => Intercom('show'));
when('hide', () => Intercom('hide'));
when('new', () => {
  Intercom('trackEvent', 'asked-about-order', { order: 'K-204' });
  Intercom('showNewMessage', 'Where is my order K-204?');
});
when('tour', () => Intercom('startTour', 123));

const state = document.querySelector('#state');
Intercom('onShow', () => { state.textContent = 'The messenger is open'; });
Intercom('onHide', () => { state.textContent = 'The messenger is closed'; });
Intercom('onUnreadCountChange', (count) => { document.querySelector('#unread').textContent = String(count); });
