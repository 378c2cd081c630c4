import { listPosts } from '$lib/server/posts'

export const load = async (event) => ({ posts: await listPosts(event) })
