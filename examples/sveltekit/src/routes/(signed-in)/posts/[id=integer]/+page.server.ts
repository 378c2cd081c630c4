import { findPost } from '$lib/server/posts'

export const load = async ({ locals, params }) => ({ post: await findPost(locals, params.id) })
