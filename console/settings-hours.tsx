/** Opening hours: the time zone, the week, and the days on which nobody is there. */
import { useSignal } from '@preact/signals';
import { useId, useMemo, useRef } from 'preact/hooks';
import { availabilityAt } from '../shared/availability.ts';
import { SETTINGS_MAX } from '../shared/limits.ts';
import { Icon } from './icons.tsx';
import { announce } from './notices.ts';
import { Field, Section, Segments, TruthField, type Fields } from './settings-controls.tsx';
import { hoursOf, hoursProblems, isTimeZone, RANGES_MAX, timeOf, timeZones, zoneNamed, type HoursForm } from './settings-hours-model.ts';
import { texts } from './texts.ts';
import { dayAndTime, timeIn, wholeDay } from './settings-times.ts';

const t = texts.settings;

export function HoursFields(fields: Fields) {
  const { form, onChange } = fields;
  return (
    <Section name="hours">
      <Segments legend={t.always} name="hasHours" options={t.alwaysChoices} value={form.hasHours ? 'hours' : 'always'} onPick={(picked) => onChange({ hasHours: picked === 'hours' })} />
      {form.hasHours ? (
        <>
          <ZoneField {...fields} />
          <WeekFields {...fields} />
          <Now hours={form.hours} />
          <HolidayFields {...fields} />
          <TruthField {...fields} name="offlineForm" label={t.offlineForm} hint={t.offlineFormHint} />
        </>
      ) : null}
    </Section>
  );
}

/** What the hours mean at this moment; the surest way to see that they are right. */
function Now({ hours }: { hours: HoursForm }) {
  if (Object.keys(hoursProblems(hours)).length > 0) return null;
  const { open, changesAt } = availabilityAt(hoursOf(hours), new Date());
  const until = changesAt ? dayAndTime(changesAt, hoursOf(hours).timeZone) : null;
  return <p class="now" data-open={open}>{open ? (until ? t.openNow(until) : t.openAlways) : (until ? t.closedNow(until) : t.closedForLong)}</p>;
}

function ZoneField({ form, problems, onChange }: Fields) {
  const id = useId();
  const zones = useMemo(timeZones, []);
  const { hours } = form;
  const set = (timeZone: string): void => onChange({ hours: { ...hours, timeZone } });
  return (
    <Field label={t.timeZone} problem={problems['hours.timeZone']} hint={isTimeZone(hours.timeZone) ? t.timeZoneNow(timeIn(new Date(), hours.timeZone)) : t.timeZoneHint}>
      {(tie) => (
        <>
          <input {...tie} list={id} name="timeZone" autoComplete="off" spellcheck={false} value={hours.timeZone}
            onInput={(event) => set(event.currentTarget.value)} onBlur={(event) => set(zoneNamed(event.currentTarget.value, zones))} />
          <datalist id={id}>{zones.map((zone) => <option key={zone} value={zone}>{zone}</option>)}</datalist>
        </>
      )}
    </Field>
  );
}

function WeekFields({ form, problems, onChange }: Fields) {
  const week = useRef<HTMLDivElement>(null);
  const { hours } = form;
  const setDay = (day: number, ranges: Array<[string, string]>): void => onChange({ hours: { ...hours, week: hours.week.with(day, ranges) } });
  const focus = (selector: string): void => void requestAnimationFrame(() => week.current?.querySelector<HTMLElement>(selector)?.focus());

  function copyMonday(): void {
    const monday = hours.week[0] ?? [];
    onChange({ hours: { ...hours, week: hours.week.map((ranges, day) => (day < 5 ? monday.map(([from, to]): [string, string] => [from, to]) : ranges)) } });
    announce(t.copiedMonday);
  }

  return (
    <div class="field week" ref={week}>
      {hours.week.map((ranges, day) => {
        const name = t.days[day] ?? '';
        return (
          <div class="day" role="group" aria-label={name} key={name}>
            <span class="day-name">{name}</span>
            <div class="day-ranges">
              {ranges.length === 0 ? <span class="muted">{t.closedAllDay}</span> : null}
              {ranges.map((range, index) => (
                <RangeFields key={index} day={name} range={range} problem={problems[`hours.week.${day}.${index}`]} onChange={(changed) => setDay(day, ranges.with(index, changed))}
                  onRemove={() => { setDay(day, ranges.toSpliced(index, 1)); announce(t.removed); focus(`.day:nth-child(${day + 1}) .add`); }} />
              ))}
            </div>
            <button type="button" class="button small add" aria-label={t.addHoursOn(name)} disabled={ranges.length >= RANGES_MAX}
              onClick={() => { setDay(day, [...ranges, ranges.length ? ['', ''] : ['09:00', '17:00']]); focus(`.day:nth-child(${day + 1}) .range:last-child input`); }}>{t.addHours}</button>
          </div>
        );
      })}
      <p class="field-hint">{t.weekHint}</p>
      <button type="button" class="link-button" onClick={copyMonday}>{t.copyMonday}</button>
    </div>
  );
}

function RangeFields({ day, range, problem, onChange, onRemove }: { day: string; range: [string, string]; problem: string | undefined; onChange(range: [string, string]): void; onRemove(): void }) {
  const id = useId();
  const [from, to] = range;
  const input = (end: 0 | 1) => (
    <input class="time" aria-label={(end ? t.to : t.from)(day)} aria-invalid={problem !== undefined} aria-describedby={problem ? id : undefined} autoComplete="off" maxLength={10} value={range[end]}
      onInput={(event) => onChange(range.with(end, event.currentTarget.value) as [string, string])} onBlur={(event) => onChange(range.with(end, timeOf(event.currentTarget.value) ?? event.currentTarget.value) as [string, string])} />
  );
  return (
    <div class="range">
      {input(0)}<span class="muted" aria-hidden="true">{t.until}</span>{input(1)}
      <button type="button" class="icon-button" aria-label={t.removeHours(day, from, to)} onClick={onRemove}><Icon name="close" size={18} /></button>
      {problem ? <p class="field-error" id={id}>{problem}</p> : null}
    </div>
  );
}

function HolidayFields({ form, problems, onChange }: Fields) {
  const group = useRef<HTMLFieldSetElement>(null);
  const day = useSignal('');
  const wrong = useSignal<string | undefined>(undefined);
  const { hours } = form;
  const set = (holidays: string[]): void => onChange({ hours: { ...hours, holidays } });

  function add(): void {
    wrong.value = !day.value ? t.problems.day : hours.holidays.includes(day.value) ? t.problems.dayTwice : hours.holidays.length >= SETTINGS_MAX.holidays ? t.problems.daysMany(SETTINGS_MAX.holidays) : undefined;
    if (wrong.value) return;
    set([...hours.holidays, day.value].toSorted());
    day.value = '';
  }

  return (
    <fieldset class="field group" ref={group}>
      <legend>{t.holidays}</legend>
      <p class="field-hint">{t.holidaysHint}</p>
      {problems['hours.holidays'] ? <p class="field-error">{problems['hours.holidays']}</p> : null}
      {hours.holidays.length > 0 ? (
        <ul class="holidays">
          {hours.holidays.map((holiday) => (
            <li key={holiday}>
              <span>{wholeDay(holiday)}</span>
              <button type="button" class="icon-button" aria-label={t.removeHoliday(wholeDay(holiday))}
                onClick={() => { set(hours.holidays.filter((other) => other !== holiday)); announce(t.removed); requestAnimationFrame(() => group.current?.querySelector<HTMLElement>('input')?.focus()); }}><Icon name="close" size={16} /></button>
            </li>
          ))}
        </ul>
      ) : null}
      <Field label={t.holiday} problem={wrong.value}>
        {(tie) => (
          <div class="add-day">
            <input {...tie} type="date" value={day.value} onInput={(event) => { day.value = event.currentTarget.value; wrong.value = undefined; }}
              onKeyDown={(event) => { if (event.key === 'Enter') { event.preventDefault(); add(); } }} />
            <button type="button" class="button" onClick={add}>{t.add}</button>
          </div>
        )}
      </Field>
    </fieldset>
  );
}
