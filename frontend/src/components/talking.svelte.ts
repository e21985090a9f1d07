import { create, get, post } from '../api/client'
import { explain } from '../api/errors'
import type { CommentRow } from '../api/review'
import type { Comments } from '../api/schema'
import type { Member, Page, Project } from '../api/types'
import { session } from '../session.svelte'
import { seesMembers } from '../state/roles'

export type Place = Pick<Project, 'id' | 'role'>

async function membersOf(project: Place): Promise<string[]> {
  const found: string[] = []
  for (let next: string | null = `projects/${project.id}/members/?limit=200`; next; ) {
    const page: Page<Member> = await get<Page<Member>>(next)
    found.push(...page.results.map(({ username }) => username))
    next = page.next
  }
  return found
}

/** The talk about one item: read, answered, and ticked off as seen. `onSeen` hears when something new was read. */
export function talking(item: number, project: Place, onSeen: () => void) {
  let comments = $state.raw<readonly CommentRow[]>([])
  let known = $state(false)
  let problem = $state('')
  let members = $state.raw<readonly string[] | null>(null)
  const authors = $derived([...new Set(comments.flatMap(({ author }) => author ?? []))])

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
    /** Learns who the members are, once; without them those who have spoken can be called. */
    meet(): void {
      if (members || !seesMembers(project.role)) return
      members = []
      void membersOf(project).then((found) => (members = found), () => undefined)
    },
    /** Who can be called by @name, as far as the person may know them. */
    get names() {
      return (members?.length ? members : authors).filter((name) => name !== session.me?.username)
    },
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
