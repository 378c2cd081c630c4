import { listPosts } from '$lib/server/posts'

export const load = async ({ locals }) => ({ posts: await listPosts(locals) })
