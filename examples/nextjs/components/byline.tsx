import type { Post } from '@/lib/posts'
import { Moment } from './moment'

export function Byline({ post: { name, date_created } }: { post: Post }) {
  return (
    <p className="meta">
      By {name}, <Moment at={date_created} />
    </p>
  )
}
