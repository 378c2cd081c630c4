import { findPost } from '$lib/server/posts'

export const load = async (event) => ({ post: await findPost(event, event.params.id) })
