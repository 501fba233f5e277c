/**
 * Leaves out of Preact what the widget never uses, 1.6 KB of what every visitor would load: hydration and suspense, portals, contexts, hooks for
 * add-ons, lifecycle methods and kinds of properties that appear nowhere in widget/. Each cut must be found exactly once, so that another
 * version of Preact stops the build here instead of a browser later. test/widget-preact.test.ts compares what is left with the whole.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What is cut, and what takes its place. `…` stands for all between two texts. */
const CUTS = [
  // Hooks for add-ons: the `options`.
  ['return!o&&n.vnode&&n.vnode(e),e}', 'return e}'],
  ['n.vnode&&n.vnode(r),z(e,', 'z(e,'],
  ['(8&t.__g||(t.__g|=8,u.push(t),f++))&&i==n.debounceRendering||((i=n.debounceRendering)||queueMicrotask)(H)', '8&t.__g||(t.__g|=8,u.push(t),f++)||queueMicrotask(H)'],
  ['(f=u.length)&&(i||queueMicrotask)(H)', '(f=u.length)&&queueMicrotask(H)'],
  ['u(n.event?n.event(r):r)', 'u(r)'],
  ['return(s=n.diffed)&&s(r),l}', 'return l}'],
  ['n.__c&&n.__c(r,t),t.some', 't.some'],
  ['n.unmount&&n.unmount(t),!(i=t.ref)', '!(i=t.ref)'],
  ['r=function(n){return null!=n&&n.constructor===h},', ''],

  // Hydration, suspense and contexts, and what they hand from function to function.
  ['z(e,r,u,t.__n,e.namespaceURI,32&u.__u?[i]:null,f,i||S(u),32&u.__u,o)', 'z(e,r,u,e.namespaceURI,f,i||S(u),o)'],
  ['function I(n,t,r,u,i,f,o,e,l,c,a){', 'function I(n,t,r,u,f,e,l,a){'],
  ['z(n,v,h,i,f,o,e,l,c,a)', 'z(n,v,h,f,e,l,a)'],
  ['function z(t,r,u,i,f,o,e,l,c,a){', 'function z(t,r,u,f,e,l,a){'],
  ['128&u.__u&&(c=32&…(s=n.__b)&&s(r);', ''],
  ['C=(s=V.prototype)&&s.render,j=(s=V.contextType)&&i[s.__c],L=s?j?j.props.value:s.__:i,', 'C=(s=V.prototype)&&s.render,'],
  ['this.props=n,this.context=t,', 'this.props=n,'],
  ['new V(M,L)', 'new V(M)'],
  ['new x(M,L)', 'new x(M)'],
  ['j&&j.sub(d),d.state||(d.state={}),d.__n=i,', 'd.state||(d.state={}),'],
  ['d.context=L,d.props=M', 'd.props=M'],
  ['H=n.__r,q=C?25:0;do{d.__g&=-9,H&&H(r),s=d.render(d.props,d.state=d.__s,d.context)}', 'q=C?25:0;do{d.__g&=-9,s=d.render(d.props,d.state=d.__s)}'],
  ['d.getChildContext&&(i=_({},i,d.getChildContext())),', ''],
  ['M.__P&&(s=l,f=…p&&p.some(g),', 'l=I(t,w(A)?A:[A],r,u,f,e,l,a),'],
  ['if(e.length=v,r.__v=null,c||o)if(…D(r),', 'e.length=v,r.__v=null,r.__e=u.__e,r.__k||(r.__k=u.__k||[]),D(r),'],
  ['F(u.__e,r,u,i,f,o,e,c,a,t)', 'F(u.__e,r,u,f,e,a)'],
  ['function K(n,t,r){return this.constructor(n,r)}', 'function K(n){return this.constructor(n)}'],
  ['!u&&(i=t.__c)&&(i=i.__z)&&(f=B(i,o=[]))&&(i==t.__e&&o.some(g),g(f),g(i)),u||', 'u||'],
  ['i.__P=i.__n=null', 'i.__P=null'],
  ['n.__&&n.__(t,r),9==r.nodeType&&(r=r.documentElement),i=(u=t&&32&t.__u)?null:r.__k,', 'i=r.__k,'],
  ['z(r,r.__k,i||p,p,r.namespaceURI,i?null:r.firstChild?d.call(r.childNodes):null,f,i?i.__e:r.firstChild,u,o)', 'z(r,r.__k,i||p,r.namespaceURI,f,i?i.__e:r.firstChild,o)'],

  // Portals.
  ['"function"!=typeof n.type||n.props.__P?null', '"function"!=typeof n.type?null'],
  ['n.__c&&!n.props.__P', 'n.__c'],
  ['if(n.props.__P)return t;', ''],
  ['||u&&!t.props.__P', '||u'],

  // Lifecycle methods, and ways of calling, that no component of ours has.
  ['V.getDerivedStateFromProps&&(d.__s==…V.getDerivedStateFromProps(M,d.__s)))', '1'],
  ['M!==k&&C&&!V.getDerivedStateFromProps&&d.componentWillReceiveProps&&d.componentWillReceiveProps(M,L),', ''],
  ['d.shouldComponentUpdate(M,d.__s,L)', 'd.shouldComponentUpdate(M,d.__s)'],
  ['d.componentWillUpdate&&d.componentWillUpdate(M,d.__s,L),', ''],
  ['C&&!V.getDerivedStateFromProps&&d.componentWillMount&&d.componentWillMount(),', ''],
  ['(e=(o=i.constructor)&&o.getDerivedStateFromError)&&i.setState(o.getDerivedStateFromError(n)),', ''],
  ['"function"==typeof n&&(n=n(_({},r),this.props)),', ''],
  ['n&&this.__h.push(n),', ''],
  ['function G(…n.__e(t,u)}}', 'function G(n,t){n.current=t}'],

  // Nodes: no comments and no namespace but HTML and SVG, nothing moved that must keep its state.
  ['for(t&&!t.parentNode&&(t=S(n))&&!t.parentNode&&(t=null),o=…startsWith("$s"););return t}', 't&&!t.parentNode&&(t=S(n))&&!t.parentNode&&(t=null),(o=n.__e)!=t&&r.insertBefore(o,t||null);return o&&o.nextSibling}'],
  [
    'function F(…return t}',
    'function F(t,r,u,f,e,c){var s,_,k,b,m,$=u.props||p,x=r.props,C=r.type;if("svg"==C&&(f="http://www.w3.org/2000/svg"),!t){if(!C)return document.createTextNode(x);t=document.createElementNS(f,C)}if(C){'
      + 'for(s in $)"children"==s||s in x||N(t,s,null,$[s],f);for(s in x)k=x[s],"children"==s?_=k:"value"==s?b=k:"checked"==s?m=k:$[s]===k||N(t,s,k,$[s],f);'
      + 'I(t,w(_)?_:[_],r,u,f,e,u.__k&&S(u,0),c),s="value",null==b||b===t[s]&&("progress"!=C||b)||N(t,s,b,$[s],f),s="checked",null!=m&&m!=t[s]&&N(t,s,m,$[s],f)}else $===x||(t.data=x);return t}',
  ],

  // Properties: no styles, no capturing listeners, no attributes but ours that must not be set as properties.
  ['if("style"==t)if(…else if("o"==t[0]', 'if("o"==t[0]'],
  ['f=t!=(t=t.replace(l,"$1")),(t=t.slice(2))[0]<"a"&&(t=t.toLowerCase()),r?n.addEventListener(t,o,f):n.removeEventListener(t,o,f)', 't=t.slice(2).toLowerCase(),r?n.addEventListener(t,o):n.removeEventListener(t,o)'],
  ['if("http://www.w3.org/2000/svg"==i)t=…"popover"!=t&&t in n)', 'if("http://www.w3.org/2000/svg"!=i&&"width"!=t&&"height"!=t&&"href"!=t&&"tabIndex"!=t&&"role"!=t&&t in n)'],
  ['n.setAttribute(t,"popover"==t&&1==r?"":r)', 'n.setAttribute(t,r)'],
  ['l=/(PointerCapture)$|Capture$/i,', ''],
];

/** What is left of the text. Throws, naming the cut, where one cannot be made exactly once. */
export function lean(text) {
  let left = text;
  for (const [cut, instead] of CUTS) {
    const [begin, end = ''] = cut.split('…');
    const from = left.indexOf(begin);
    const to = left.indexOf(end, from + begin.length);
    if (from < 0 || to < 0 || left.includes(begin, from + 1)) throw new Error(`esbuild.preact.mjs: "${cut}" is not in this version of Preact exactly once. Look what became of it, and change or drop the cut.`);
    left = left.slice(0, from) + instead + left.slice(to + end.length);
  }
  return left;
}

/** Lets what is built have the leaner Preact. */
export const leanPreact = {
  name: 'lean-preact',
  setup(build) {
    const file = join(dirname(createRequire(import.meta.url).resolve('preact/package.json')), 'dist/preact.mjs');
    build.onResolve({ filter: /^preact$/ }, () => ({ path: file }));
    build.onLoad({ filter: /preact\.mjs$/ }, async ({ path }) => ({ contents: lean(await readFile(path, 'utf8')), loader: 'js' }));
  },
};
