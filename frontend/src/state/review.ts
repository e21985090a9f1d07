import type { Decision, ItemPage, ReviewRow, Value, Vote, Waiting } from '../api/review'
import type { AnswerValue, ClassInfo, Flag, Kind, Role } from '../api/types'
import { inWords, shownClass } from './answers'
import { likelyWrong } from './manageFormat'
import { t } from '../words/spoken.svelte'

/** What a reviewer wants done; the body of a decision without the item. */
export interface Wish {
  decision: Decision
  value?: Value
  annotation?: number
}

/** After these the server has counted again what followed from a decision that was taken back. */
export const RECOUNTED_MS = [1500, 5000]

/** One decision of this sitting, for undo. */
export interface Done {
  review: number
  waiting: Waiting
  said: string
}

/** The fields by which answers of the kinds are known. */
const OF_A_KIND = ['class', 'classes', 'spans', 'boxes', 'rating', 'text', 'preferred']

/** The answer, where it is one of a kind that this page knows. */
export const asAnswer = (value: Value): AnswerValue | null => (OF_A_KIND.some((field) => field in value) ? (value as unknown as AnswerValue) : null)

/** How an answer reads in a line; one of a kind that is not known, as it is stored. */
export function wordsOf(value: Value | null): string {
  const answer = value && asAnswer(value)
  if (answer) return inWords(answer)
  return value ? JSON.stringify(value) : t.review.nothing
}

/** What is said of a waiting item in a line: whose answer is doubted, where a flag says so; else what is held for right, and why it waits. */
export function inShort({ reason, proposal }: Pick<Waiting, 'reason' | 'proposal'>): string {
  const parts = (reason.said as { with?: Readonly<Record<string, unknown>> } | null | undefined)?.with
  const { who, said } = parts ?? {}
  if (reason.kind === 'label_suspect' && typeof who === 'string' && typeof said === 'string') return t.review.isDoubted(who, said)
  return [t.review.heldForRight(wordsOf(proposal)), t.review.reasons[reason.kind] ?? reason.kind].join(' · ')
}

/** How probably an answer is wrong: what its flag says of it, where it has one, so that one figure is told everywhere. */
export const wrongness = (vote: Vote, waiting: Pick<Waiting, 'annotation' | 'score'>): number | null =>
  vote.annotation === waiting.annotation ? waiting.score : vote.probability_wrong

/** Whether answers of the kind are marks on the item, which is judged with them drawn in. */
export const hasMarks = (kind: Kind): boolean => kind === 'spans' || kind === 'boxes'

/** The answer to draw after this one, by its annotation: each in turn, then all together (null). */
export function nextDrawn(votes: readonly Vote[], now: number | null): number | null {
  const at = votes.findIndex((vote) => vote.annotation === now)
  return votes[at + 1]?.annotation ?? null
}

/** The class that gives an answer its colour, or the answer in words where it names none. */
export function classShown(value: Value, classes: readonly ClassInfo[]): string {
  const answer = asAnswer(value)
  if (answer && 'classes' in answer) return answer.classes[0] ?? ''
  return answer && !('rating' in answer) && !('text' in answer) ? shownClass(answer, classes) : wordsOf(value)
}

export const same = (a: Value | null, b: Value | null): boolean => JSON.stringify(a) === JSON.stringify(b)

/** The queue without one item, and the place of the one that is looked at next. */
export function without(queue: readonly Waiting[], item: number, at: number): { queue: Waiting[]; at: number } {
  const gone = queue.findIndex((one) => one.item === item)
  const rest = queue.filter((one) => one.item !== item)
  const place = gone >= 0 && gone < at ? at - 1 : at
  return { queue: rest, at: Math.max(0, Math.min(place, rest.length - 1)) }
}

/** The queue with an item put back where its score belongs. */
export function putBack(queue: readonly Waiting[], waiting: Waiting): { queue: Waiting[]; at: number } {
  const rest = queue.filter((one) => one.item !== waiting.item)
  const found = rest.findIndex((one) => one.score < waiting.score)
  const at = found < 0 ? rest.length : found
  return { queue: [...rest.slice(0, at), waiting, ...rest.slice(at)], at }
}

/** The queue with a further page behind it; what is there already stays. */
export function withMore(queue: readonly Waiting[], more: readonly Waiting[]): Waiting[] {
  const known = new Set(queue.map((one) => one.item))
  return [...queue, ...more.filter((one) => !known.has(one.item))]
}

/** An item that somebody wants to look at although nothing doubts it, as if it waited; null where nobody has answered or the answer is known. */
export function askedFor(page: ItemPage): Waiting | null {
  const { consensus } = page
  if (!consensus || page.gold) return null
  return {
    item: page.id, external_id: page.external_id, text: page.data.text ?? null, score: 1 - consensus.probability,
    reason: { kind: 'asked', summary: t.review.nothingDoubtsIt }, flag: null, annotation: null, consensus, proposal: consensus.value, n_votes: consensus.n_votes,
  }
}

/** The queue with what waits again by now where it belongs, at the item that is looked at. */
export function withAgain(queue: readonly Waiting[], again: readonly Waiting[], at: number): { queue: Waiting[]; at: number } {
  const here = queue[at]?.item
  const all = withMore(queue, again).sort((a, b) => b.score - a.score || a.item - b.item)
  return { queue: all, at: Math.max(0, all.findIndex((one) => one.item === here)) }
}

/** The queue as the page of one of its items knows it: each decision moves what the engine holds for right elsewhere. */
export function withPage(queue: readonly Waiting[], page: ItemPage): readonly Waiting[] {
  const { consensus } = page
  return consensus ? queue.map((one) => (one.item === page.id ? { ...one, consensus, proposal: consensus.value } : one)) : queue
}

/** Whether the decision that was taken back is no longer in what the server says: until then the page of before it stands. */
export const isJudgedAnew = ({ consensus }: ItemPage): boolean => consensus?.status !== 'reviewed' && consensus?.status !== 'gold'

/** The last decision on the item that nobody took back. */
export const standing = ({ reviews }: Pick<ItemPage, 'reviews'>): ReviewRow | null => [...reviews].sort((a, b) => b.id - a.id).find((one) => one.undone_at === null) ?? null

/** Whether somebody said what is right: nobody else decides until that is taken back. */
export const isDecided = (page: Pick<ItemPage, 'reviews'>): boolean => standing(page)?.value != null

/** Whether this person may take the decision back: a reviewer not what a colleague decided on an item that she answered. */
export const mayTakeBack = (one: ReviewRow, { votes }: Pick<ItemPage, 'votes'>, role: Role, me: string): boolean =>
  role !== 'reviewer' || one.reviewer === me || !votes.some((vote) => vote.annotator === me)

/** Who decided what, with the note. */
export const decisionInWords = (one: ReviewRow): string =>
  `${one.reviewer ?? t.review.aRuleOfThe} ${t.review.decidedTo[one.decision]}${one.value ? ` ${wordsOf(one.value)}` : ''}${one.note ? ` (“${one.note}”)` : ''}`

/** The answer that is doubted: the flagged one, else the one that is probably wrong most. */
export function doubted(waiting: Waiting, page: ItemPage | null): Vote | null {
  const votes = page?.votes ?? []
  const flagged = votes.find((vote) => vote.annotation === waiting.annotation)
  if (flagged) return flagged
  const against = votes.filter((vote) => !same(vote.value, waiting.proposal))
  return [...against].sort((a, b) => (b.probability_wrong ?? 0) - (a.probability_wrong ?? 0))[0] ?? null
}

/** What the model said of the item when the doubt was raised, the likeliest class first; it had not seen these votes. */
export function modelView(page: ItemPage): [string, number][] {
  const evidence = page.flags.map((flag: Flag) => flag.evidence.model).find((found) => typeof found === 'object' && found !== null)
  const entries = Object.entries((evidence ?? {}) as Record<string, unknown>)
  return entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number').sort((a, b) => b[1] - a[1])
}

export interface Event {
  at: string
  text: string
}

/** What happened to the item, the first thing first. */
export function story(page: ItemPage): Event[] {
  const votes = page.votes.map((vote): Event => ({ at: vote.created_at, text: t.review.answered(vote.annotator ?? t.common.somebody, wordsOf(vote.value)) }))
  const reviews = page.reviews.flatMap((one): Event[] => {
    const made: Event = { at: one.created_at, text: decisionInWords(one) }
    return one.undone_at ? [made, { at: one.undone_at, text: t.review.tookThatBack(one.undone_by ?? t.common.somebody) }] : [made]
  })
  const flags = page.flags.flatMap((flag): Event[] => {
    const whose = flag.annotator ? t.review.answerOf(flag.annotator) : t.review.anAnswer
    const raised = { at: flag.created_at, text: t.review.flagLabelProbablyWrong(whose, likelyWrong(flag.score)) }
    return flag.status === 'open' || !flag.closed_at ? [raised] : [raised, { at: flag.closed_at, text: t.review.flagEnded[flag.status](whose) }]
  })
  return [...votes, ...reviews, ...flags].sort((a, b) => a.at.localeCompare(b.at))
}
