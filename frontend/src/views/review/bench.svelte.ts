import { create, get, post } from '../../api/client'
import { ApiError, explain } from '../../api/errors'
import type { ItemPage, ReviewQueue, ReviewRow, Value, Vote, Waiting } from '../../api/review'
import type { AnswerValue, Box, Project, Span } from '../../api/types'
import { isMade } from '../../state/kinds'
import { RECOUNTED_MS, asAnswer, askedFor, doubted, isDecided, isJudgedAnew, nextDrawn, putBack, same, withAgain, withMore, without, withPage, wordsOf, type Done, type Wish } from '../../state/review'
import { t } from '../../words/spoken.svelte'
import { createEditing, type Edited, type Editing } from '../label/editing.svelte'

export type Shown = 'all' | 'label_suspect' | 'disagreement'
export type Dialog = 'keys' | 'palette' | 'classes' | 'accept-all'

const FEW = 5

/** The reviewer's bench: what waits, what is looked at, what was decided in this sitting. */
export interface Bench {
  readonly project: Project
  readonly queue: readonly Waiting[]
  readonly at: number
  readonly current: Waiting | null
  readonly page: ItemPage | null
  readonly doubted: Vote | null
  readonly done: readonly Done[]
  readonly canUndo: boolean
  readonly waiting: number
  readonly agreeing: number
  readonly known: boolean
  readonly busy: boolean
  readonly failure: string
  readonly said: string
  /** The item that one came for and that cannot be decided on, with the reason. */
  readonly refused: { item: number; why: string } | null
  readonly dialog: Dialog | null
  /** The answer whose marks alone are drawn, by its annotation; null: what is held for right and whatever else was marked. */
  readonly drawn: number | null
  /** The mark that the pointer or the keyboard is at in the list. */
  readonly pointed: Span | Box | null
  /** An answer put together of marks, or the drawn one: what `take` makes of the item. Null: neither. */
  readonly wanted: Value | null
  /** What another answer is made with, of more than one key; null while none is made. */
  readonly editing: Editing | null
  /** How often one was asked to say something about this item. */
  readonly talks: number
  shown: Shown
  load(): Promise<void>
  /** Reads the queue and opens it at this item, wherever that waits; one that nothing doubts comes first. */
  loadAt(item: number): Promise<void>
  walk(by: number): void
  open(at: number): void
  accept(): Promise<void>
  keep(): Promise<void>
  decide(wish: Wish): Promise<void>
  acceptAll(): Promise<void>
  undo(): Promise<void>
  draw(annotation: number | null): void
  drawNext(): void
  point(mark: Span | Box | null): void
  compose(value: Value): void
  take(): Promise<void>
  /** Begins to make another answer, from what is drawn, ticked or held for right. */
  change(): void
  /** Leaves the answer that is being made as if nothing had been done to it. */
  leave(): void
  talk(): void
  pop(dialog: Dialog | null): void
}

export function createBench(project: Project): Bench {
  let queue = $state.raw<readonly Waiting[]>([])
  let at = $state(0)
  let pages = $state.raw<ReadonlyMap<number, ItemPage>>(new Map())
  let done = $state.raw<readonly Done[]>([])
  let batch = $state.raw<{ id: string; n: number } | null>(null)
  let waiting = $state(0)
  let agreeing = $state(0)
  let next: string | null = null
  let known = $state(false)
  let busy = $state(false)
  let failure = $state('')
  let said = $state('')
  let refused = $state.raw<{ item: number; why: string } | null>(null)
  let dialog = $state<Dialog | null>(null)
  let talks = $state(0)
  let drawn = $state<number | null>(null)
  let pointed = $state.raw<Span | Box | null>(null)
  let composed = $state.raw<Value | null>(null)
  let shown = $state<Shown>('all')
  let edited = $state.raw<Edited | null>(null)
  let nEdits = 0

  const current = $derived(queue[at] ?? null)
  const page = $derived(current ? (pages.get(current.item) ?? null) : null)

  const address = (): string => `projects/${project.id}/review/${shown === 'all' ? '' : `?kind=${shown}`}`

  /** A part of the list; null where another list was asked for meanwhile. */
  async function part(of: string): Promise<ReviewQueue | null> {
    const wish = shown
    const answer = await get<ReviewQueue>(of)
    return wish === shown ? answer : null
  }

  async function load(): Promise<void> {
    try {
      const answer = await part(address())
      if (!answer) return
      next = answer.next
      waiting = answer.waiting
      agreeing = answer.agreeing
      known = true
      failure = ''
      refused = null
      go({ queue: answer.results, at: 0 })
    } catch (error) {
      failure = explain(error)
    }
  }

  async function loadAt(item: number): Promise<void> {
    await load()
    if (!known) return
    try {
      const { results: [wanted] } = await get<ReviewQueue>(`projects/${project.id}/review/?item=${item}`)
      if (wanted) go(putBack(queue, wanted))
      else await bring(item)
    } catch (error) {
      failure = explain(error)
    }
  }

  /** Puts an item that does not wait before those that do; says so where there is nothing to decide. */
  async function bring(item: number): Promise<void> {
    const found = await get<ItemPage>(`items/${item}/`)
    const one = isDecided(found) ? null : askedFor(found)
    if (!one || found.project !== project.id) {
      const name = found.external_id ?? t.explore.itemNumber(item)
      refused = { item, why: isDecided(found) ? t.review.isDecided(name) : t.review.doesNotWait(name) }
      return
    }
    pages = new Map([...pages, [item, found]])
    waiting += 1
    go({ queue: [one, ...queue], at: 0 })
  }

  /** Reads the item looked at and the one behind it, so that the next decision finds it there. */
  function look(): void {
    for (const one of queue.slice(at, at + 2)) if (!pages.has(one.item)) void read(one.item)
    if (next && queue.length - at < FEW) void more()
  }

  async function read(item: number, isWanted: (page: ItemPage) => boolean = () => true): Promise<void> {
    try {
      const found = await get<ItemPage>(`items/${item}/`)
      const before = pages.get(item)
      if (!isWanted(found)) {
        if (before) pages = new Map([...pages, [item, { ...before, reviews: found.reviews, flags: found.flags }]])
        return
      }
      pages = new Map([...pages, [item, found]])
      queue = withPage(queue, found)
    } catch (error) {
      failure = explain(error)
    }
  }

  async function more(): Promise<void> {
    const following = next
    const wish = shown
    next = null
    if (!following) return
    try {
      const answer = await part(following)
      if (!answer) return
      queue = withMore(queue, answer.results)
      next = answer.next
    } catch {
      if (wish === shown) next = following // asked again with the next step
    }
  }

  function go(to: { queue: readonly Waiting[]; at: number }): void {
    queue = to.queue
    at = to.at
    talks = 0
    drawn = null
    composed = null
    pointed = null
    edited = null
    look()
  }

  async function attempt(what: () => Promise<void>): Promise<void> {
    if (busy) return
    busy = true
    try {
      await what()
      failure = ''
    } catch (error) {
      failure = explain(error)
      if (error instanceof ApiError && error.code === 'proposal_changed' && current) void read(current.item)
    }
    busy = false
  }

  async function decide(wish: Wish): Promise<void> {
    const decided = current
    if (!decided) return
    await attempt(async () => {
      const review = await create<ReviewRow>(`projects/${project.id}/reviews/`, { item: decided.item, ...wish })
      said = `${t.review.said[wish.decision]}${review.value ? ` ${wordsOf(review.value)}` : ''}.`
      done = [...done, { review: review.id, waiting: decided, said }]
      batch = null
      waiting -= 1
      go(without(queue, decided.item, at))
    })
  }

  const wanted = $derived(composed ?? page?.votes.find((vote) => vote.annotation === drawn)?.value ?? null)

  /** What was made is a change, unless it is what is held for right already. */
  async function give(value: AnswerValue): Promise<void> {
    const made = { ...value }
    await decide({ decision: current && same(made, current.proposal) ? 'accept' : 'change', value: made })
  }

  const editing = createEditing(project, () => edited, (value) => void give(value))

  function change(): void {
    if (!current || !page || !isMade(project.kind)) return
    nEdits += 1
    const item = { id: page.id, external_id: page.external_id, data: { text: '', ...page.data } }
    edited = { key: nEdits, item, came: asAnswer(wanted ?? current.proposal) }
  }

  async function undo(): Promise<void> {
    const last = done.at(-1)
    if (!last) return
    await attempt(async () => {
      await post(`reviews/${last.review}/undo/`)
      done = done.slice(0, -1)
      said = t.review.takenBack
      waiting += 1
      go(putBack(queue, last.waiting))
      for (const wait of [0, ...RECOUNTED_MS]) setTimeout(() => void read(last.waiting.item, isJudgedAnew), wait)
    })
  }

  async function undoBatch(bulk: { id: string; n: number }): Promise<void> {
    await attempt(async () => {
      await post(`projects/${project.id}/reviews/batches/${bulk.id}/undo/`)
      batch = null
      await load()
      said = t.review.tookDecisionsBack(bulk.n)
      for (const wait of RECOUNTED_MS) setTimeout(() => void readAgain(), wait)
    })
  }

  /** What waits by now, without leaving the item that is looked at. */
  async function readAgain(): Promise<void> {
    try {
      const answer = await part(address())
      if (!answer) return
      const decided = new Set(done.map((one) => one.waiting.item))
      const again = withAgain(queue, answer.results.filter((one) => !decided.has(one.item)), at)
      queue = again.queue
      at = again.at
      next = answer.next
      waiting = answer.waiting
      agreeing = answer.agreeing
      look()
    } catch (error) {
      failure = explain(error)
    }
  }

  async function acceptAll(): Promise<void> {
    await attempt(async () => {
      const made = await create<{ batch: string; n: number }>(`projects/${project.id}/reviews/agreeing/`, {})
      batch = { id: made.batch, n: made.n }
      await load()
      said = t.review.acceptedItemsOnWhich(made.n)
    })
  }

  return {
    project,
    get queue() { return queue },
    get at() { return at },
    get current() { return current },
    get page() { return page },
    get doubted() { return current ? doubted(current, page) : null },
    get done() { return done },
    get canUndo() { return done.length > 0 || batch !== null },
    get waiting() { return waiting },
    get agreeing() { return agreeing },
    get known() { return known },
    get busy() { return busy },
    get failure() { return failure },
    get said() { return said },
    get refused() { return refused },
    get dialog() { return dialog },
    get talks() { return talks },
    get drawn() { return drawn },
    get pointed() { return pointed },
    get wanted() { return wanted },
    get editing() { return edited && editing },
    get shown() { return shown },
    set shown(value: Shown) {
      shown = value
      void load()
    },
    load,
    loadAt,
    walk: (by) => go({ queue, at: Math.max(0, Math.min(queue.length - 1, at + by)) }),
    open: (to) => go({ queue, at: to }),
    accept: () => decide(current ? { decision: 'accept', value: current.proposal } : { decision: 'accept' }),
    keep: async () => {
      const vote = current ? doubted(current, page) : null
      if (vote) await decide({ decision: 'keep', annotation: vote.annotation })
    },
    decide,
    acceptAll,
    undo: () => (batch ? undoBatch(batch) : undo()),
    draw: (annotation) => { drawn = annotation },
    drawNext: () => { drawn = nextDrawn(page?.votes ?? [], drawn) },
    point: (mark) => { pointed = mark },
    compose: (value) => {
      drawn = null
      composed = value
    },
    async take() {
      if (wanted) await decide({ decision: 'change', value: wanted })
    },
    change,
    leave: () => { edited = null },
    talk: () => { talks += 1 },
    pop: (which) => { dialog = which },
  }
}
