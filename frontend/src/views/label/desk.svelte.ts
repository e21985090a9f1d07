import { get } from '../../api/client'
import { isGone } from '../../api/errors'
import { poll } from '../../api/poll'
import type { SaidToMe } from '../../api/schema'
import type { AnswerValue, Assignments, Health, ModelState, MyAnnotations, Project, Training } from '../../api/types'
import { openKeep, type Keep } from '../../kept-answers'
import { chosen as kept } from '../../kept-choices'
import { answeredAt, type Stretch } from '../../state/breaks'
import * as label from '../../state/label'
import { optionsOf } from '../../state/options'
import * as sync from '../../state/sync'
import type { Link } from '../../state/desk'
import { discussed, unseen } from '../../state/talk'
import type { Told } from '../../state/training'
import { otherOf, toVerify } from '../../state/verify'
import * as stopwatch from '../../state/stopwatch'
import { createAsker } from './asker'
import { createEditing } from './editing.svelte'
import { createSender } from './sender'

export type Drawer = 'guidelines' | 'history' | 'discussion' | 'returned' | null
export type Dialog = 'keys' | 'palette' | 'classes' | null

const MODEL_MS = 2000
const HEALTH_MS = 15_000
const TALK_MS = 30_000
const N_STAMPS = 60
/** So seldom the service is asked how much is left: told after each answer it would tell which ones were checks. Meanwhile one's own answers are taken off. */
const TOLD_EVERY = 20

const leasesOf = (answer: Partial<Assignments>): Assignments => ({
  assignments: answer.assignments ?? [],
  empty_because: answer.empty_because ?? null,
  next_release_at: answer.next_release_at ?? null,
})

/**
 * Everything the labelling page knows and does, for one person in one project. State changes only through the pure
 * functions of `state/`; this file connects them to the clock, the network and the browser's storage. Call `close` at the end.
 */
export function createDesk(project: Project, user: number) {
  const target = kept('ahead') === 'many' ? sync.FAR_TARGET : sync.READY_TARGET
  let state = $state.raw<label.LabelState>(label.EMPTY_STATE)
  let link = $state<Link>(navigator.onLine ? 'online' : 'offline')
  let model = $state.raw<ModelState | null>(null)
  let health = $state.raw<Health | null>(null)
  let training = $state.raw<Training | null>(null)
  let told = $state.raw<Told | null>(null)
  let sending = $state<number | null>(null)
  let stamps = $state.raw<readonly number[]>([])
  let stretch = $state.raw<Stretch | null>(null)
  let drawer = $state<Drawer>(null)
  let dialog = $state<Dialog>(null)
  let choosingSkip = $state(false)
  let explaining = $state(false)
  let historyAt = $state(0)
  let heard = $state.raw<SaidToMe | null>(null)
  /** The item that the discussion is about; it stays when the next one is on the screen. */
  let talkedOf = $state<number | null>(null)
  let keepsAnswers = $state(true)
  let problem = $state('')
  /** The project was deleted, or its member taken out, while this page was open. */
  let gone = $state(false)
  let now = $state(Date.now())

  // In a project that verifies: what the model would answer to the item on the screen, until it is refused.
  let refusedOf = $state<number | null>(null)
  const verifying = $derived(refusedOf === label.current(state)?.assignment ? null : toVerify(project, label.current(state)))

  // Answers that take more than a key begin with what the item came with: its own answer, or what the model suggests.
  const editing = createEditing(
    project,
    () => {
      const card = shown()
      const suggested = refusedOf === card?.assignment ? null : card?.suggestion?.value
      return card && { key: card.assignment, item: card.item, came: card.given ?? suggested ?? null }
    },
    answer,
  )

  const leaseMs = project.settings.lease_seconds * 1000
  let watch = stopwatch.started(Date.now())
  let nSent = 0
  let keep: Keep | null = null
  let closed = false

  /* one way to change the state */

  function change(next: label.LabelState): void {
    const before = label.current(state)?.assignment
    state = next
    now = Date.now()
    keep?.save(next)
    if (label.current(next)?.assignment !== before) {
      watch = stopwatch.started(Date.now())
      choosingSkip = false
      explaining = false
    }
    void sender.pump()
    asker.plan()
  }

  /** What is asked on the screen. */
  function shown(): label.Card | null {
    return gone ? null : label.current(state)
  }

  function answer(value: AnswerValue): void {
    if (gone) return
    stretch = answeredAt(stretch, Date.now())
    if (!label.current(state)?.given) stamps = [...stamps, Date.now()].slice(-N_STAMPS)
    change(label.answer(state, value, stopwatch.seconds(watch, Date.now()), Date.now()))
  }

  const sender = createSender({
    outbox: () => state.outbox,
    leasesWanted: (closing) => sync.leasesWanted(state, closing, target),
    onStart: (assignment) => (sending = assignment),
    onLink: (next) => (link = next),
    onRefused: (entry, error) => {
      change(sync.refuse(state, entry.assignment, error))
      if (error.code === 'not_found') void lookForProject()
    },
    onSent: (entry, answer) => {
      const confirmed = sync.sent(state, entry.assignment, entry.version)
      told = answer?.feedback ? { ...answer.feedback, item: entry.item } : null
      if (answer?.assignments) training = answer.training ?? null
      change(answer?.assignments ? sync.leased(confirmed, leasesOf(answer), Date.now()) : confirmed)
      if (!label.current(state)) void asker.ask()
      nSent += 1
      if (nSent % TOLD_EVERY === 0) void recall()
    },
  })

  const asker = createAsker({
    project: project.id,
    state: () => state,
    target,
    onAnswer: (answer) => {
      const before = state.ready.length
      const hadCard = label.current(state) !== null
      const hadNothing = state.empty !== null
      link = 'online'
      problem = ''
      training = answer.training ?? null
      state = sync.leased(sync.withoutExpired(state, leaseMs, Date.now(), true), leasesOf(answer), Date.now())
      if (!hadCard) watch = stopwatch.started(Date.now())
      if (hadNothing && !state.empty) void recall()
      return state.ready.length > before
    },
    onFailure: (failure) => {
      if (failure === 'offline') link = 'offline'
      else if (failure === 'signed_out') link = 'signed_out'
      else if (failure === 'gone') leave()
      else problem = failure.problem
    },
  })

  /* beginning */

  async function recall(): Promise<void> {
    const history = await get<MyAnnotations>(`projects/${project.id}/my/annotations/?limit=${label.N_PAST}`).catch(() => null)
    if (!history) return
    const isFirstTime = state.today === 0 && !stamps.length
    state = sync.recalled(isFirstTime ? sync.counted(state, history) : state, history)
  }

  /** Nothing more is asked; what the service has not taken comes back as refused. */
  function leave(): void {
    gone = true
    asker.stop()
  }

  /** An answer that came too late is not proof of it: only its assignment may be gone. */
  async function lookForProject(): Promise<void> {
    await get<Project>(`projects/${project.id}/`).catch((error: unknown) => isGone(error) && leave())
  }

  async function begin(): Promise<void> {
    try {
      keep = await openKeep(user, project.id)
      const kept = await keep.load()
      state = sync.restored(state, kept.outbox, kept.refused)
    } catch {
      keepsAnswers = false
    }
    if (closed) return keep?.close()
    void sender.pump()
    void recall()
    void asker.ask()
  }

  /* the page around us */

  function onVisibility(): void {
    if (document.hidden) {
      watch = stopwatch.paused(watch, Date.now())
      return
    }
    watch = stopwatch.resumed(watch, Date.now())
    state = sync.withoutExpired(state, leaseMs, Date.now(), false)
    void asker.ask()
  }

  function listen(): () => void {
    return poll<SaidToMe>('my/mentions/', { everyMs: TALK_MS, onAnswer: (answer) => (heard = answer) })
  }

  document.addEventListener('visibilitychange', onVisibility)
  const clock = window.setInterval(() => (now = Date.now()), 1000)
  const stopModel = poll<ModelState>(`projects/${project.id}/model/`, { everyMs: MODEL_MS, onAnswer: (answer) => (model = answer), onError: (error) => isGone(error) && leave() })
  const stopHealth = poll<Health>('health/', { everyMs: HEALTH_MS, onAnswer: (answer) => (health = answer) })
  let stopTalk = listen()
  const asked = discussed(location.search)
  if (asked !== null) {
    talkedOf = asked
    drawer = 'discussion'
  }
  void begin()

  return {
    project,
    get state() { return state },
    get card() { return shown() },
    get gone() { return gone },
    get link() { return link },
    get model() { return model },
    get health() { return health },
    get training() { return training },
    get told() { return told },
    get sending() { return sending },
    get stamps() { return stamps },
    /** How long this person has worked without a pause. */
    get stretch() { return stretch },
    get drawer() { return drawer },
    get dialog() { return dialog },
    get choosingSkip() { return choosingSkip },
    get explaining() { return explaining },
    get historyAt() { return Math.min(historyAt, Math.max(0, state.past.length - 1)) },
    get keepsAnswers() { return keepsAnswers },
    /** Whether this device keeps twelve questions ready instead of three. */
    keepsMany: target === sync.FAR_TARGET,
    get problem() { return problem },
    get now() { return now },

    editing,
    get verifying() { return verifying },
    accept(): void {
      if (verifying) answer(verifying)
    },
    /** Of two answers the other one is given; else the question is asked as if nothing had been suggested. */
    refuse(): void {
      const other = verifying && otherOf(optionsOf(project), verifying)
      if (other) answer(other.value)
      else refusedOf = label.current(state)?.assignment ?? null
    },

    answer,
    keep: () => change(label.keep(state, Date.now())),
    takeBack: () => change(label.takeBack(state, sending)),
    skip: (reason: string | null) => change(label.skip(state, reason, Date.now())),
    revise: (assignment: number, value: AnswerValue) => change(label.revise(state, assignment, value, Date.now())),
    open(assignment: number): void {
      drawer = null
      change(label.open(state, assignment))
    },
    retry: (assignment: number) => change(sync.retry(state, assignment, Date.now())),
    letGo(assignment: number): void {
      change(sync.letGo(state, assignment))
      if (!state.refused.length) drawer = null
    },
    chooseSkip: (open: boolean) => void (choosingSkip = open),
    explain: (open: boolean) => void (explaining = open),
    show(next: Drawer): void {
      drawer = drawer === next ? null : next
      choosingSkip = false
      historyAt = 0
      if (drawer === 'history') void recall()
    },
    pop: (next: Dialog) => void (dialog = next),
    walk: (steps: number) => void (historyAt = Math.max(0, Math.min(historyAt + steps, state.past.length - 1))),
    tryNow: () => sender.tryNow(),
    /** What colleagues said to this person here and she has not read. */
    get toldToMe() { return unseen(heard, project.id) },
    /** The item under discussion. */
    get discussed() { return talkedOf },
    /** Opens the discussion of an item, of that on the screen unless it is said; closes it when that is open already. */
    discuss(item?: number): void {
      const wanted = item ?? label.current(state)?.item.id ?? null
      const isOpen = drawer === 'discussion' && wanted === talkedOf
      talkedOf = wanted
      drawer = isOpen ? null : 'discussion'
    },
    /** Asks at once what is new: something was read. */
    hear(): void {
      stopTalk()
      stopTalk = listen()
    },

    close(): void {
      closed = true
      sender.stop()
      stopModel()
      stopHealth()
      stopTalk()
      asker.stop()
      window.clearInterval(clock)
      document.removeEventListener('visibilitychange', onVisibility)
      keep?.close()
    },
  }
}

export type Desk = ReturnType<typeof createDesk>
