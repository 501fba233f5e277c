/** Whether the team is there, and when it is back. */
import { availabilityAt } from '../../shared/availability.ts';
import type { Hours } from '../../shared/settings.ts';
import { Component, dayName, t, timeOf } from '../kit.ts';

interface AvailabilityProps {
  hours: Hours;
  /** What to expect while the team is there. */
  replyTime: string;
  clockOffset: number;
}

/** The longest that a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** Tells now and at every change whether the team is there. Answers the function that ends it. */
export function watchAvailability(hours: Hours, now: () => number, onChange: (open: boolean) => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  function look(): void {
    const at = new Date(now());
    const { open, changesAt } = availabilityAt(hours, at);
    onChange(open);
    if (changesAt) timer = setTimeout(look, Math.min(LONGEST_MS, changesAt.getTime() - at.getTime() + 1));
  }
  look();
  return () => clearTimeout(timer);
}

export default class Availability extends Component<AvailabilityProps> {
  override render({ hours, replyTime, clockOffset }: AvailabilityProps) {
    const now = new Date(Date.now() + clockOffset);
    const { open, changesAt } = availabilityAt(hours, now);
    return <p dir="auto">{open ? replyTime : changesAt ? back(changesAt, now) : t('away')}</p>;
  }
}

function back(at: Date, now: Date): string {
  return at.toDateString() === now.toDateString() ? t('backAt', { time: timeOf(at) }) : t('backOn', { day: dayName(at, now), time: timeOf(at) });
}
