import { useDesk } from './desk.ts';
import { texts } from './texts.ts';

/** The shape of a conversation that is still on its way. */
export function LogSkeleton() {
  return (
    <div class="log-skeleton" role="status" aria-label={texts.conversation.loading}>
      {[3, 2, 4, 2, 3].map((width, index) => <span class="skeleton bubble" data-side={index % 3 === 1 ? 'out' : 'in'} data-width={width} key={index} />)}
    </div>
  );
}

/** Who is typing, and who else looks at this; its place is always there, so that nothing jumps. */
export function TypingLine({ id, visitorName }: { id: string; visitorName: string }) {
  const { typing, viewing } = useDesk();
  const typists = typing.now.value.get(id) ?? [];
  const viewers = viewing.others.value.filter((member) => !typists.some((author) => author.id === member.id)).map((member) => member.name);
  const names = typists.map((author) => (author.kind === 'visitor' ? visitorName : (author.name ?? texts.people.someone)));
  return (
    <div class="typing-line" data-shown={names.length > 0}>
      {names.length > 0 ? <p><span class="typing-dots" aria-hidden="true"><i /><i /><i /></span>{texts.conversation.typing(names)}</p> : null}
      <p class="viewers" role="status">{viewers.length > 0 ? texts.conversation.viewing(viewers) : null}</p>
    </div>
  );
}
