// The page's own script: its buttons call the chat, and it writes down what the chat tells.
const events = document.querySelector('#events');

function note(text) {
  events.prepend(Object.assign(document.createElement('li'), { textContent: text }));
}

for (const name of ['ready', 'open', 'close', 'unread', 'message:sent', 'message:received', 'conversation:started', 'conversation:closed', 'availability', 'identity', 'error', 'destroy']) {
  MiraDesk.on(name, (detail) => note(detail === undefined ? name : `${name} ${JSON.stringify(detail)}`));
}

for (const button of document.querySelectorAll('[data-verb]')) {
  const { verb, text } = button.dataset;
  button.addEventListener('click', () => {
    MiraDesk[verb](...(text ? [text] : []));
    if (verb === 'prefill') MiraDesk.open();
  });
}
