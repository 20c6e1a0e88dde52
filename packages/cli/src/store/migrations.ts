/** Statements that bring the tables from one version to the next. What has been released is never changed. */
export interface Migration {
  version: number;
  statements: readonly string[];
}

/** Data sets and models by their hash, in pieces; and results, each once, whoever computed it. */
const results: Migration = {
  version: 1,
  statements: [
    `create table minimand.blobs (
      sha256 text primary key check (sha256 ~ '^[0-9a-f]{64}$'),
      bytes bigint not null check (bytes >= 0),
      created_at timestamptz not null default now()
    )`,
    `create table minimand.blob_chunks (
      sha256 text not null references minimand.blobs on delete cascade,
      place int not null check (place >= 0),
      content bytea not null,
      primary key (sha256, place)
    )`,
    // Compressed already, or as good as random: to try to compress it again costs and gives nothing.
    "alter table minimand.blob_chunks alter column content set storage external",
    `create table minimand.results (
      key text primary key,
      kept bytea not null,
      sha256 text not null,
      seconds float8,
      worker int,
      cpu text,
      finished_at timestamptz not null default now()
    )`,
    "alter table minimand.results alter column kept set storage external",
  ],
};

/** Runs, and who works on them. */
const runs: Migration = {
  version: 2,
  statements: [
    `create table minimand.runs (
      id text primary key,
      kind text not null,
      title text not null,
      -- As text: jsonb would give the names of an object back in another order, and their order is part of what is hashed.
      request json not null,
      attached json not null,
      typed json not null,
      house text not null,
      needs json not null,
      origins json not null,
      state text not null default 'waiting'
        check (state in ('waiting', 'running', 'finished', 'failed', 'cancelled')),
      done int not null default 0,
      total int not null default 0,
      label text,
      -- How often a worker began to coordinate it since the last trial was done, and how many were done then.
      beginnings int not null default 0,
      done_at_beginning int not null default -1,
      left_ms float8,
      reason text,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz
    )`,
    // What every worker asks for every other second, however many runs there were.
    "create index runs_open on minimand.runs (created_at) where state in ('waiting', 'running')",
    `create table minimand.run_files (
      run text not null references minimand.runs on delete cascade,
      path text not null,
      -- Null: no file of this name.
      sha256 text references minimand.blobs,
      primary key (run, path)
    )`,
    // A blob that is removed is looked for here.
    "create index run_files_of_blob on minimand.run_files (sha256)",
    `create table minimand.run_trials (
      run text not null references minimand.runs on delete cascade,
      key text not null,
      state text not null default 'open' check (state in ('open', 'done', 'failed')),
      collected boolean not null default false,
      primary key (run, key)
    )`,
    // A finished trial is marked in all runs that wait for it.
    "create index run_trials_of_key on minimand.run_trials (key)",
    // A run that collects what has come in looks at that alone, however much it has collected.
    "create index run_trials_to_collect on minimand.run_trials (run) where state <> 'open' and not collected",
    `create table minimand.failures (
      key text primary key,
      tries int not null,
      reason text not null,
      failed_at timestamptz not null default now()
    )`,
    `create table minimand.tries (
      key text primary key,
      tries int not null,
      reason text not null
    )`,
    `create table minimand.workers (
      id int generated always as identity primary key,
      host text not null,
      pid int not null,
      version text not null,
      engine text not null,
      cpu text not null,
      concurrency int not null,
      houses text[] not null default '{}',
      -- Whether it holds the lock by which others see that its process is there.
      locks boolean not null default false,
      joined_at timestamptz not null default now(),
      seen_at timestamptz not null default now(),
      left_at timestamptz,
      doing text
    )`,
    // Those who have left are many in time, and nobody looks at them.
    "create index workers_here on minimand.workers (id) where left_at is null",
    `create table minimand.claims (
      job uuid primary key,
      queue text not null,
      worker int not null references minimand.workers,
      key text,
      run text,
      tries int not null,
      retry int not null,
      claimed_at timestamptz not null default now()
    )`,
    "create index claims_of_worker on minimand.claims (worker)",
    `create table minimand.events (
      id bigint generated always as identity primary key,
      run text references minimand.runs on delete cascade,
      at timestamptz not null default now(),
      kind text not null,
      text text not null
    )`,
    "create index events_of_run on minimand.events (run, id)",
  ],
};

/** Who gets mails of what is new, and which. */
const subscriptions: Migration = {
  version: 3,
  statements: [
    // Papers and their verdicts as they were when they were last looked at.
    "create table minimand.catalogue (slug text primary key, verdict text)",
    `create table minimand.news (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      kind text not null check (kind in ('paper', 'verdict')),
      slug text not null,
      title text not null,
      arxiv text not null,
      before text,
      verdict text,
      figure text
    )`,
    `create table minimand.subscriptions (
      id uuid primary key default gen_random_uuid(),
      address text not null,
      -- The address in lower case: one mailbox.
      name text not null unique,
      rhythm text check (rhythm in ('daily', 'weekly')),
      asked_at timestamptz not null default now(),
      confirmed_at timestamptz,
      -- The day or week for which it was last looked whether there is a digest to send.
      period timestamp,
      news_seen bigint,
      digests int not null default 0,
      refusals int not null default 0,
      check (confirmed_at is null or (rhythm is not null and period is not null and news_seen is not null))
    )`,
    "create index subscriptions_due on minimand.subscriptions (rhythm, period) where confirmed_at is not null",
    `create table minimand.digests (
      id bigint generated always as identity primary key,
      subscription uuid not null references minimand.subscriptions on delete cascade,
      number int not null,
      news_after bigint not null,
      news_until bigint not null,
      message text not null unique,
      tries int not null default 0,
      planned_at timestamptz not null default now(),
      try_at timestamptz not null default now(),
      finished_at timestamptz,
      unique (subscription, number)
    )`,
    "create index digests_to_send on minimand.digests (id) where finished_at is null",
    // Who sends now: two would send the same mails.
    `create table minimand.sender (
      one boolean primary key default true check (one),
      holder uuid not null,
      until timestamptz not null
    )`,
    `create table minimand.rates (
      name text primary key,
      count int not null,
      ends_at timestamptz not null
    )`,
  ],
};

/** Which files a run was asked with: what another run needs isn't removed with one. And a column that nobody has read. */
const inputs: Migration = {
  version: 4,
  statements: [
    `create table minimand.run_inputs (
      run text not null references minimand.runs on delete cascade,
      sha256 text not null references minimand.blobs,
      primary key (run, sha256)
    )`,
    "create index run_inputs_of_blob on minimand.run_inputs (sha256)",
    `insert into minimand.run_inputs (run, sha256)
     select id, sha256 from minimand.runs join minimand.blobs on strpos(request::text || attached::text, sha256) > 0`,
    "alter table minimand.claims drop column tries",
  ],
};

/** Digests say what held of a claim and what did not, in place of one figure. */
const held: Migration = {
  version: 5,
  statements: [
    "alter table minimand.news drop column figure, add column held text, add column not_held text",
  ],
};

/** All of them, in order. */
export const migrations: readonly Migration[] = [results, runs, subscriptions, inputs, held];
