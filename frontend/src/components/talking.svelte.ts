import { create, get, post } from '../api/client'
import { explain } from '../api/errors'
import type { CommentRow } from '../api/review'
import type { Comments } from '../api/schema'

/** The talk about one item: read, answered, and ticked off as seen. `onSeen` hears when something new was read. */
export function talking(item: number, onSeen: () => void) {
  let comments = $state.raw<readonly CommentRow[]>([])
  let known = $state(false)
  let problem = $state('')

  async function read(): Promise<void> {
    try {
      comments = (await get<Comments>(`items/${item}/comments/`)).results
      known = true
      problem = ''
      if ((await post<{ seen: number }>(`items/${item}/comments/seen/`)).seen) onSeen()
    } catch (error) {
      problem = explain(error)
    }
  }
  void read()

  return {
    read,
    /** Says something; whether it was taken. The same `key` says it once. */
    async say(body: string, parent: number | null, key: string): Promise<boolean> {
      try {
        await create(`items/${item}/comments/`, { body, parent }, key)
      } catch (error) {
        problem = explain(error)
        return false
      }
      void read()
      return true
    },
    get comments() {
      return comments
    },
    get known() {
      return known
    },
    get problem() {
      return problem
    },
  }
}
