/** The panel's options as a page says them: each in the kind that it has to be, whatever was written. What cannot be used is left as the workspace has it. */
import type { FormField, Hours, PanelSettings, WidgetSettings } from '../../shared/settings.ts';
import type { PageOptions } from '../bridge.ts';
import type { ShownSettings } from '../panel-view.tsx';

type Faces = WidgetSettings['faces'];
type Reader = (value: unknown) => unknown;

const FACES_MAX = 3;
const KINDS = ['text', 'email', 'phone', 'choice', 'longtext'];
const MINUTE = /^\d\d:\d\d$/;

/** The options that take more than their kind to be used. A reader answers undefined for what cannot be. */
const readers: Record<string, Reader> = {
  position: placeOf,
  offsetX: pixels,
  offsetY: pixels,
  radius: pixels,
  faces: (value) => listOf(value, faceOf)?.slice(0, FACES_MAX),
  preChat: (value) => listOf(value, fieldOf)?.filter((field, place, fields) => fields.findIndex(({ key }) => key === field.key) === place),
  hours: hoursOf,
};

/** Those options of the page that are the panel's. */
export function optionsFor(options: PageOptions, stored: PanelSettings): Partial<ShownSettings> {
  return Object.fromEntries(Object.entries(options).flatMap(([name, value]): Array<[string, unknown]> => {
    const before: unknown = Object.hasOwn(stored, name) ? stored[name as keyof PanelSettings] : undefined;
    const reader = Object.hasOwn(readers, name) ? readers[name] : typeof before === 'string' ? textOf : typeof before === 'boolean' ? switchOf : undefined;
    const read: unknown = reader?.(value);
    return read === undefined ? [] : [[name, read]];
  }));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** An attribute of a script tag is a text. */
function switchOf(value: unknown): boolean | undefined {
  return { true: true, false: false }[textOf(value) ?? ''];
}

/** As the launcher reads it. */
function placeOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text && `${text.includes('top') ? 'top' : 'bottom'}-${text.includes('left') ? 'left' : 'right'}`;
}

function pixels(value: unknown): number | undefined {
  const number = parseInt(textOf(value) ?? '', 10);
  return Number.isNaN(number) ? undefined : number;
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}

/** The items of a list that can be used. */
function listOf<T>(value: unknown, read: (item: Record<string, unknown>) => T | undefined): T[] | undefined {
  const list = parsed(value);
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((item: unknown) => (isObject(item) ? read(item) ?? [] : []));
}

function faceOf({ name, picture }: Record<string, unknown>): Faces[number] | undefined {
  return filled(name) ? { name, picture: typeof picture === 'string' ? picture : '' } : undefined;
}

function fieldOf({ key, label, kind, required, choices }: Record<string, unknown>): FormField | undefined {
  if (!filled(key) || !filled(label)) return undefined;
  const offered = Array.isArray(choices) ? choices.filter(filled) : [];
  // Name, address and number are what they are; see PERSON_KINDS in shared/settings.ts.
  const own = key === 'name' ? 'text' : key === 'email' || key === 'phone' ? key : kind;
  if (own === 'choice' && offered.length === 0) return undefined;
  return { key, label, kind: (KINDS.includes(own as string) ? own : 'text') as FormField['kind'], required: required === true, choices: offered };
}

/** Null is a value of its own: always there. */
function hoursOf(value: unknown): Hours | null | undefined {
  const hours = parsed(value);
  if (hours === null) return null;
  if (!isObject(hours) || !filled(hours.timeZone) || !Array.isArray(hours.week) || hours.week.length !== 7) return undefined;
  const week = hours.week.map((day: unknown) => (Array.isArray(day) ? day.filter(isRange) : []));
  return { timeZone: hours.timeZone, week, holidays: Array.isArray(hours.holidays) ? hours.holidays.filter(filled) : [] };
}

function isRange(range: unknown): range is [string, string] {
  return Array.isArray(range) && range.length === 2 && range.every((minute) => typeof minute === 'string' && MINUTE.test(minute));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function filled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
