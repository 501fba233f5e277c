// The visitor's choice of a language for the chat.
document.querySelector('#language').addEventListener('change', ({ currentTarget }) => MiraDesk.setLocale(currentTarget.value));
