// A dump of the state that there is now, for the versions that come: node test/cluster/dumps/make.mjs 1.0
//
// test/cluster/older_dump restores each of them into the tree of the day.

import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startStack } from '../../../tools/stack.mjs'
import { PASSWORD } from '../../support.mjs'

// Accounts of all kinds, and what a site adds to them.
const SITE = `
  SET client_min_messages = error;
  SELECT auth.register_user('alice@example.org', '${PASSWORD}', 'Alice', 'Liddell');
  SELECT auth.import_user('bob@example.org', '$2a$05$YsVCSJtfaaeg.FWf9Hss7.8Q2HR1G17Xebn3cR0BH0arS.laBvnmy', 'Bob'); -- correct horse
  SELECT auth.import_user('keyless@example.org', NULL, status => 'invited');
  SELECT auth.login('alice@example.org', '${PASSWORD}');
  ALTER TABLE auth.users ADD COLUMN avatar text DEFAULT 'none';
  GRANT UPDATE (avatar) ON auth.users TO authenticated;
  UPDATE auth.users SET avatar = 'cat' WHERE email = 'alice@example.org';
  CREATE POLICY everybody_sees_bob ON auth.users FOR SELECT TO authenticated USING (first_name = 'Bob');
  INSERT INTO auth.posts (title, author, user_created) SELECT 'Hello', id, id FROM auth.users WHERE first_name = 'Alice';
  CREATE TABLE public.notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), written_by uuid REFERENCES auth.users ON DELETE CASCADE, text text);
  CREATE INDEX ON public.notes (written_by);
  SELECT auth.protect('public.notes', 'written_by', '{}', '{text}');
  INSERT INTO public.notes (written_by, text) SELECT id, 'mine' FROM auth.users WHERE first_name = 'Bob'`

const version = process.argv[2]
if (!/^[\w.-]+$/.test(version ?? '')) {
  console.error('usage: node test/cluster/dumps/make.mjs VERSION')
  process.exit(2)
}
const path = join(dirname(fileURLToPath(import.meta.url)), `${version}.sql`)
const stack = await startStack({ postgrest: false })
try {
  stack.psql(SITE)
  // newer programs of PostgreSQL add lines with a random word, for psql alone
  writeFileSync(path, stack.execute('pg_dump', ['app']).replace(/^\\(un)?restrict .*\n/gm, ''))
  console.log(path)
} finally {
  await stack.stop()
}
