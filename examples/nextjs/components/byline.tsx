import type { Post } from '@/lib/posts'
import { Moment } from './moment'

// Row-level security shows nobody else's account: then there is no author to name.
export function Byline({ post: { author, date_created } }: { post: Post }) {
  return (
    <p className="meta">
      By {author?.first_name ?? 'somebody else'}, <Moment at={date_created} />
    </p>
  )
}
