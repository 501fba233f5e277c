// Keeps the page's calls of MiraDesk until the chat's script is there: docs/sdk.md, "Calling it before it has loaded".
(function (m) {
  [
    'boot', 'update', 'identify', 'logout', 'open', 'close', 'toggle', 'showLauncher', 'hideLauncher', 'prefill', 'sendMessage', 'startConversation', 'openArticle',
    'setAttributes', 'addTags', 'track', 'setConsent', 'setLocale', 'on', 'destroy',
  ].forEach(function (verb) {
    m[verb] = m[verb] || function () {
      const call = [verb].concat([].slice.call(arguments));
      m.q.push(call);
      return function () { if (call.off) call.off(); else call.length = 0; };
    };
  });
})(window.MiraDesk = window.MiraDesk || { q: [] });
