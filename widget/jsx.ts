/** What JSX is built into; a second runtime beside Preact's own would only add weight. */
export { createElement, Fragment } from 'preact';
