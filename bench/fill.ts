/** A database with a past: so many conversations with so many entries each, put in beside the functions because nobody wants to wait for a million messages. */
import { Client } from 'pg';

/** Adds them to the workspace `demo`. Half of the conversations are closed, and as the log says so, `replay` finds nothing wrong with them. */
export async function fill(databaseUrl: string, conversations: number, entriesEach: number): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // Each has one visitor who wrote all of it, the last entry of every other one closes it.
    await client.query(`insert into miradesk.visitors (workspace_id, id) select 'demo', 'past-' || i from generate_series(1, $1) i`, [conversations]);
    await client.query(`
      insert into miradesk.conversations (workspace_id, id, visitor_id, client_id, status, last_seq, last_visible_seq, visitor_messages,
        preview_author, preview_text, created_at, activity_at)
      select 'demo', 'past-' || i, 'past-' || i, 'past-' || i, case i % 2 when 0 then 'closed' else 'open' end, $2::integer, $2::integer,
        $2::integer - case i % 2 when 0 then 1 else 0 end, 'visitor', repeat('x', 100),
        date_trunc('milliseconds', now() - interval '30 days' + i * interval '10 seconds'),
        date_trunc('milliseconds', now() - interval '30 days' + i * interval '10 seconds') + $2 * interval '1 second'
      from generate_series(1, $1) i`, [conversations, entriesEach]);
    await client.query(`
      insert into miradesk.entries (workspace_id, conversation_id, seq, prev_visible, visitor_messages, kind, author_kind, author_id, client_id, body, status, at)
      select 'demo', 'past-' || i, s, s - 1, case when closing then s - 1 else s end, case when closing then 'status' else 'message' end,
        case when closing then 'system' else 'visitor' end, case when not closing then 'past-' || i end, case when not closing then 'past-' || i || '-' || s end,
        case when not closing then repeat('x', 100) end, case when closing then 'closed' end,
        date_trunc('milliseconds', now() - interval '30 days' + i * interval '10 seconds') + s * interval '1 second'
      from generate_series(1, $1) i, generate_series(1, $2) s, lateral (select i % 2 = 0 and s = $2 as closing) c`, [conversations, entriesEach]);
    await client.query(`
      insert into miradesk.inbox_counts (workspace_id, status, assignee_id, conversations)
      select 'demo', status, '', count(*) from miradesk.conversations where workspace_id = 'demo' and id like 'past-%' group by status
      on conflict (workspace_id, status, assignee_id) do update set conversations = miradesk.inbox_counts.conversations + excluded.conversations`);
    await client.query('analyze');
    // So that its disk traffic does not fall into the measurement.
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}
