CREATE VIEW public.authors WITH (security_barrier) AS
	SELECT u.id, nullif(concat_ws(' ', u.first_name, u.last_name), '') AS name FROM auth.users u
	WHERE EXISTS (SELECT FROM auth.posts p WHERE p.author = u.id);
ALTER VIEW public.authors OWNER TO auth_owner;
GRANT SELECT ON public.authors TO authenticated;
