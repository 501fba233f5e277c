// Shows the page's policy, and counts what the browser refuses because of it.
document.querySelector('#policy').textContent = document.querySelector('meta[http-equiv="Content-Security-Policy"]').content.replaceAll('; ', ';\n');

let count = 0;
document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
  count += 1;
  const violations = document.querySelector('#violations');
  violations.textContent = `${count}, the last by ${effectiveDirective}: ${blockedURI}`;
  violations.className = '';
});
