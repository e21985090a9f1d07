import { get } from '../../api/client'
import type { Page } from '../../api/types'

/** A list of the service read page by page, as far as somebody asked for it. Call while a component is made. */
export function listing<Row>(path: () => string) {
  let rows = $state.raw<Row[]>([])
  let next = $state<string | null>(null)
  let known = $state(false)
  let failure = $state.raw<unknown>(null)

  async function read(from: string, before: readonly Row[]): Promise<void> {
    try {
      const page = await get<Page<Row>>(from)
      rows = [...before, ...page.results]
      next = page.next
      known = true
      failure = null
    } catch (error) {
      failure = error
    }
  }

  $effect(() => void read(path(), []))
  return {
    /** Reads the first page again. */
    again: () => read(path(), []),
    more: () => (next ? read(next, rows) : Promise.resolve()),
    get rows() {
      return rows
    },
    get hasMore() {
      return next !== null
    },
    get known() {
      return known
    },
    /** What went wrong last, or null; the rows stay. */
    get failure() {
      return failure
    },
  }
}
