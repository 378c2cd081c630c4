-- A mail's link or code sets a password; whoever asks learns nothing of the account.
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
SELECT auth.login('alice@example.org', 'correct horse') ->> 'refresh_token' AS session \gset

-- Without a site there is nowhere for a link to lead, for whomever.
SELECT auth.request_password_reset('alice@example.org');
SELECT auth.request_password_reset('nobody@example.org') ->> 'code' AS code;
SET auth.site_url = 'https://example.org/';
SET auth.site_url = 'javascript:alert(1)';
SET auth.path_reset_password = 'elsewhere.example';
SET auth.site_url = 'https://example.org';

-- An account, none, and one that is suspended: the same answer and the same rows, and one mail.
SELECT auth.import_user('mallory@example.org', status => 'suspended') IS NOT NULL AS is_suspended;
SELECT auth.request_password_reset('not an address');
SELECT string_agg(key, ', ') AS keys, max(length(answer ->> 'request')) AS bytes
  FROM (VALUES ('Alice@Example.org'), ('nobody@example.org'), ('mallory@example.org')) v (address),
    auth.request_password_reset(address) answer, jsonb_object_keys(answer) key GROUP BY address;
SELECT recipient, kind, user_id IS NULL AS is_nobody, token_id IS NOT NULL AS has_token, octet_length(nonce) AS nonce, state
  FROM auth_private.outbox ORDER BY recipient;
SELECT email, purpose, user_id IS NULL AS is_nobody, generation, consumed_at FROM auth_private.one_time_tokens ORDER BY email;

-- What a sender gets, once; the row itself holds neither link nor code.
SELECT id AS mail, body_text AS mail_text FROM auth.next_mail() \gset
SELECT substring(:'mail_text' FROM '#token=(\S+)') AS link, substring(:'mail_text' FROM '\m\d{8}\M') AS code \gset
SELECT count(*) AS due_again FROM auth.next_mail();
SELECT bool_or(o::text ~ :'link' OR o::text ~ :'code') AS is_stored FROM auth_private.outbox o;

-- Looking at a link does not use it.
SELECT auth.one_time_token(:'link') - 'expires_at' AS what_for;
SELECT auth.one_time_token('auth_ot_' || repeat('A', 70)), auth.one_time_token('');

-- Another browser asks: the link stays the same, the code is its own, and at most one mail a minute is sent.
SELECT auth.request_password_reset('alice@example.org') ->> 'request' AS request \gset
SELECT count(*) AS mails FROM auth_private.outbox WHERE recipient = 'alice@example.org';
UPDATE auth_private.outbox SET created_at = created_at - interval '2 min';
SELECT auth.request_password_reset('alice@example.org', :'request') ->> 'request' = :'request' AS keeps_its_request;
SELECT auth.request_password_reset('alice@example.org', 'auth_rq_' || repeat('A', 75)) ->> 'request' <> :'request' AS gets_another;
SELECT body_text AS mail_text FROM auth.next_mail() \gset
SELECT substring(:'mail_text' FROM '#token=(\S+)') = :'link' AS is_the_same_link, substring(:'mail_text' FROM '\m\d{8}\M') AS other_code \gset
SELECT :'is_the_same_link' AS is_the_same_link, :'code' <> :'other_code' AS is_another_code;

-- Refused, and still good afterwards: a weak password, and what is not valid.
SELECT auth.reset_password('short', :'link');
SELECT auth.reset_password('battery staple') ->> 'code' AS without_anything;
SELECT auth.reset_password('battery staple', :'link' || 'A') ->> 'code' AS a_longer_link;
SELECT auth.reset_password('battery staple', request => :'request', code => :'code') ->> 'code' AS the_code_of_another_browser;
SELECT auth.reset_password('battery staple', request => :'request', code => ' ' || :'other_code') ->> 'code' AS a_longer_code;
SELECT auth.reset_password(NULL, :'link');

-- It works, once, ends the sessions and opens none.
SELECT auth.reset_password('battery staple', request => :'request', code => :'other_code');
SELECT auth.reset_password('battery staples', :'link') ->> 'code' AS the_link_afterwards,
  auth.reset_password('battery staples', request => :'request', code => :'other_code') ->> 'code' AS the_code_afterwards;
SELECT auth.refresh(:'session') ->> 'code' AS the_session;
SELECT auth.login('alice@example.org', 'correct horse') ->> 'code' AS the_old_password;
SELECT auth.login('alice@example.org', 'battery staple') ? 'access_token' AS the_new_password;
SELECT email_verified_at IS NOT NULL AS is_verified FROM auth.users WHERE email = 'alice@example.org';
SELECT subject, message_id ~ ('^<[0-9a-f-]{36}@example\.org>$') AS has_message_id FROM auth.next_mail();

-- An account that never had a password gets its first one; one that changes meanwhile keeps its own.
SELECT auth.import_user('bob@example.org') AS bob \gset
SELECT auth.request_password_reset('bob@example.org') IS NOT NULL AS asked;
SELECT substring(body_text FROM '#token=(\S+)') AS link FROM auth.next_mail() \gset
BEGIN;
UPDATE auth.users SET email = 'robert@example.org' WHERE id = :'bob';
SELECT auth.reset_password('battery staple', :'link') ->> 'code' AS the_address_changed;
ROLLBACK;
BEGIN;
UPDATE auth.users SET status = 'suspended' WHERE id = :'bob';
SELECT auth.reset_password('battery staple', :'link') ->> 'code' AS the_account_is_suspended;
ROLLBACK;
SELECT auth.reset_password('battery staple', :'link') AS first_password;
SELECT auth.login('bob@example.org', 'battery staple') ? 'access_token' AS signs_in;

-- Five wrong codes end a browser's request, and ten hold all codes of the account up; links go on.
UPDATE auth_private.outbox SET created_at = created_at - interval '2 min';
SELECT auth.request_password_reset('bob@example.org') ->> 'request' AS request \gset
SELECT body_text AS mail_text FROM auth.next_mail() WHERE body_text ~ 'token=' \gset
SELECT substring(:'mail_text' FROM '#token=(\S+)') AS link, substring(:'mail_text' FROM '\m\d{8}\M') AS code \gset
SELECT auth.reset_password('battery staple', request => :'request', code => '1') ->> 'code' AS code FROM generate_series(1, 5);
SELECT auth.reset_password('battery staple', request => :'request', code => :'code') ->> 'code' AS the_right_one;
SELECT auth.reset_password('battery staple', request => r ->> 'request', code => '1') ->> 'code' AS code
  FROM (SELECT auth.request_password_reset('bob@example.org') r OFFSET 0) asked, generate_series(1, 5);
SELECT auth.reset_password('battery staple', request => auth.request_password_reset('bob@example.org') ->> 'request', code => '1') ->> 'code' AS code;
SELECT auth.reset_password('battery staple', :'link') ? 'sessions_ended' AS the_link;

-- A link that has expired, and the mail that would bring one.
SELECT auth.request_password_reset('alice@example.org') IS NOT NULL AS asked;
UPDATE auth_private.outbox SET created_at = created_at - interval '2 min';
SELECT auth.request_password_reset('alice@example.org') IS NOT NULL AS asked;
SELECT auth_private.mail_link(id) AS link FROM auth_private.one_time_tokens WHERE email = 'alice@example.org' AND consumed_at IS NULL \gset
UPDATE auth_private.one_time_tokens SET expires_at = clock_timestamp() WHERE consumed_at IS NULL;
SELECT auth.reset_password('battery staple', substring(:'link' FROM 'token=(.*)')) ->> 'code' AS code;
SELECT count(*) AS rendered FROM auth.next_mail() WHERE recipient = 'alice@example.org';
SELECT state, last_error FROM auth_private.outbox WHERE recipient = 'alice@example.org' AND last_error IS NOT NULL;

-- A wrong address and a mail server that is down: tried again, and given up after a day.
TRUNCATE auth_private.outbox;
SELECT auth.request_password_reset('bob@example.org') IS NOT NULL AS asked;
SELECT id AS mail FROM auth.next_mail() \gset
SELECT auth.mail_bounced(:'mail', false, '451 try later');
SELECT state, last_error, round(extract(epoch FROM send_after - clock_timestamp()) / 60) AS minutes FROM auth_private.outbox;
UPDATE auth_private.outbox SET created_at = created_at - interval '25 h', send_after = clock_timestamp();
SELECT count(*) FROM auth.next_mail();
SELECT auth.mail_bounced(:'mail', false, '451 try later');
SELECT state FROM auth_private.outbox;
SELECT queued, failed, last_error FROM auth.mail_status();

-- Ours is what is said, whatever the browser is called.
SELECT auth_private.device_name(agent) FROM (VALUES
  ('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'),
  ('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'),
  ('Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'),
  ('visit http://evil.example Linux'), ('curl/8'), (NULL)) v (agent);

-- The site's own words, which are checked when they are written.
INSERT INTO auth.mail_templates VALUES ('recovery', 'en', 'A & B', E'Dear {{email}},\n\n{{link}}\n\n<b>{{nothing');
INSERT INTO auth.mail_templates VALUES ('recovery', 'en', 'A & B', '{{first_name}}');
INSERT INTO auth.mail_templates VALUES ('invoice', 'en', 'A & B', 'x');
INSERT INTO auth.mail_templates VALUES ('recovery', 'fr', E'A\nBcc: x', 'x');
TRUNCATE auth_private.outbox;
SELECT auth.request_password_reset('bob@example.org') IS NOT NULL AS asked;
SELECT subject, regexp_replace(body_text, 'token=\S+', 'token=') AS body_text, regexp_replace(body_html, 'token=[^"]+', 'token=') AS body_html FROM auth.next_mail();

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts, auth_private.outbox, auth_private.one_time_tokens, auth.mail_templates;
