// The shop's own script: a cart that lives in this browser. It knows nothing of the chat.
const KEY = 'kettle-and-kiln:cart';
const money = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });

function readCart() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '[]');
  } catch {
    return [];
  }
}

function writeCart(cart) {
  if (cart.length === 0) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, JSON.stringify(cart));
  showCount(cart);
}

function showCount(cart) {
  const count = cart.reduce((sum, item) => sum + item.quantity, 0);
  for (const badge of document.querySelectorAll('.cart-count')) badge.textContent = count > 0 ? String(count) : '';
}

function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function addFrom(form) {
  const { id, name, price, art } = form.dataset;
  const quantity = Number(new FormData(form).get('quantity'));
  const cart = readCart();
  const known = cart.find((item) => item.id === id);
  if (known) known.quantity = Math.min(known.quantity + quantity, 12);
  else cart.push({ id, name, price: Number(price), art, quantity });
  writeCart(cart);
  document.querySelector('.added').textContent = `Added. ${name} is in your cart.`;
}

function lineItem(item, change) {
  const quantity = element('input', { type: 'number', min: '1', max: '12', value: String(item.quantity), id: `quantity-${item.id}` });
  quantity.addEventListener('change', () => change(item.id, Math.max(1, Math.min(12, Number(quantity.value) || 1))));
  const remove = element('button', { type: 'button', className: 'remove', textContent: 'Remove' });
  remove.setAttribute('aria-label', `Remove ${item.name}`);
  remove.addEventListener('click', () => change(item.id, 0));
  const label = element('label', { htmlFor: quantity.id, className: 'hidden-visually', textContent: `Quantity of ${item.name}` });
  return element('li', { className: 'line-item' },
    element('img', { src: item.art, alt: '', width: 88, height: 88 }),
    element('h2', {}, element('a', { href: `${item.id}.html`, textContent: item.name })),
    element('div', { className: 'quantity' }, label, quantity, remove),
    element('span', { className: 'price', textContent: money.format(item.price * item.quantity) }));
}

function showCart(list) {
  const cart = readCart();
  const change = (id, quantity) => {
    writeCart(readCart().map((item) => (item.id === id ? { ...item, quantity } : item)).filter((item) => item.quantity > 0));
    showCart(list);
  };
  list.replaceChildren(...cart.map((item) => lineItem(item, change)));
  document.querySelector('#total').textContent = money.format(cart.reduce((sum, item) => sum + item.price * item.quantity, 0));
  document.querySelector('#full').hidden = cart.length === 0;
  document.querySelector('#empty').hidden = cart.length > 0;
}

const list = document.querySelector('.line-items');
if (list) showCart(list);
document.querySelector('.buy')?.addEventListener('submit', (event) => {
  event.preventDefault();
  addFrom(event.currentTarget);
});
document.querySelector('#checkout')?.addEventListener('click', () => {
  document.querySelector('#checkout-answer').textContent = 'This is a demo shop, so nothing is sold and nothing is charged. The chat in the corner is real, though.';
});
addEventListener('storage', () => {
  showCount(readCart());
  if (list) showCart(list);
});
showCount(readCart());
