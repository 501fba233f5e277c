/** What the panel hands to its parts, which are loaded later: they import it from here, and in the built files from the panel's own file. */
export { Component, createElement, createRef, Fragment, type ComponentChildren } from 'preact';
export { attempt } from './attempt.ts';
export { Icon } from './icons.tsx';
export { newName } from './names.ts';
export { adopt, drop } from './part.tsx';
export { locale, t } from './texts.ts';
export { dayName, timeOf } from './times.ts';
