import { create, get, post } from '../../api/client'
import { explain } from '../../api/errors'
import type { Exploration, Explored } from '../../api/explore'
import type { Progress, Project } from '../../api/types'
import { navigate } from '../../router.svelte'
import { filtersOf, NO_FILTERS, pickedBetween, searchOf, toggled, type FilterName, type Filters } from '../../state/explore'
import { t } from '../../words/spoken.svelte'

export type Dialog = 'keys' | 'palette'
const PAGE = 100
const TYPING_MS = 200

/**
 * The list of items that fit the filters, read on as far as it is looked at; what is picked; what was sent out.
 * A filter that fits little is sought window by window, and each answer is shown as it comes. Call `close` at the end.
 */
export function createExplorer(project: Project) {
  let filters = $state.raw<Filters>(filtersOf(location.search))
  let rows = $state.raw<readonly Explored[]>([])
  let next = $state<string | null>(null)
  let looked = $state(0)
  let total = $state<number | null>(null)
  let asking = $state(false)
  let known = $state(false)
  let failure = $state('')
  let said = $state('')
  let at = $state(0)
  let anchor = 0
  let picked = $state.raw<ReadonlySet<number>>(new Set())
  let batch = $state.raw<string | null>(null)
  let dialog = $state<Dialog | null>(null)
  let wanted = 0
  let timer = 0
  let abort = new AbortController()

  function failed(error: unknown): void {
    failure = explain(error)
  }

  /** Reads on until `wanted` rows are there or nothing more is. */
  async function read(): Promise<void> {
    if (asking || !next) return
    const { signal } = abort
    asking = true
    try {
      while (next && rows.length < wanted) {
        const answer: Exploration = await get<Exploration>(next, { signal })
        rows = [...rows, ...answer.results]
        looked += answer.looked_at
        next = answer.next
        known = true
      }
      failure = ''
    } catch (error) {
      if (!signal.aborted) failed(error)
    }
    if (!signal.aborted) asking = false
  }

  function begin(): void {
    abort.abort()
    abort = new AbortController()
    asking = false
    const search = searchOf(filters)
    history.replaceState(null, '', location.pathname + search)
    rows = []
    looked = 0
    at = 0
    known = false
    wanted = PAGE
    next = `projects/${project.id}/explore/${search}${search ? '&' : '?'}limit=${PAGE}`
    void read()
  }

  async function attempt(what: () => Promise<void>): Promise<void> {
    try {
      await what()
      failure = ''
    } catch (error) {
      failed(error)
    }
  }

  /** Without it the list only does not say of how many. */
  async function countAll(): Promise<void> {
    total = (await get<Progress>(`projects/${project.id}/progress/`).catch(() => null))?.items ?? null
  }

  begin()
  void countAll()

  return {
    project,
    get filters() { return filters },
    get rows() { return rows },
    get looked() { return looked },
    /** How many items the project has, once that is known. */
    get total() { return total },
    get asking() { return asking },
    get known() { return known },
    /** More may be behind what is there. */
    get hasMore() { return next !== null },
    get failure() { return failure },
    get said() { return said },
    get at() { return Math.min(at, Math.max(0, rows.length - 1)) },
    get picked() { return picked },
    get canUndo() { return batch !== null },
    get dialog() { return dialog },

    set(name: FilterName, value: string): void {
      if (filters[name] === value) return
      filters = { ...filters, [name]: value }
      window.clearTimeout(timer)
      timer = window.setTimeout(begin, name === 'q' || name === 'person' ? TYPING_MS : 0)
    },
    clear(): void {
      filters = { ...NO_FILTERS, order: filters.order }
      begin()
    },
    again: begin,
    /** The list is looked at down to this row: a page beyond it is always there or on its way. */
    see(row: number): void {
      if (row + PAGE <= wanted) return
      wanted = row + 1.5 * PAGE
      void read()
    },
    go(to: number): void {
      at = Math.max(0, Math.min(to, rows.length - 1))
      this.see(at)
    },
    open(): void {
      const row = rows[this.at]
      if (row) navigate(`/projects/${project.id}/items/${row.item}`)
    },
    pick(row: number, stretch = false): void {
      const one = rows[row]
      if (!one) return
      picked = stretch ? pickedBetween(picked, rows, anchor, row) : toggled(picked, one.item)
      anchor = row
    },
    drop: () => void (picked = new Set()),
    sendOut: () =>
      attempt(async () => {
        const items = [...picked]
        const made = await create<{ batch: string; n: number }>(`projects/${project.id}/quality/send-out/`, { items })
        batch = made.n ? made.batch : null
        const left = items.length - made.n
        said = t.explore.sentOut(made.n) + (left ? t.explore.someStay(left) : '')
        picked = new Set()
      }),
    undo: () =>
      attempt(async () => {
        if (!batch) return
        const { n } = await post<{ n: number }>(`projects/${project.id}/reviews/batches/${batch}/undo/`)
        batch = null
        said = t.explore.takenBackEverythingIs(n)
      }),
    pop: (which: Dialog | null) => void (dialog = which),
    close(): void {
      window.clearTimeout(timer)
      abort.abort()
    },
  }
}

export type Explorer = ReturnType<typeof createExplorer>
